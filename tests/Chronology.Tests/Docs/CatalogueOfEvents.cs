using Chronology.Actors;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Sources;
using Chronology.Tests.Recording;

namespace Chronology.Tests.Docs;

/// <summary><c>docs/events.md</c> against the code: every stored domain event, every shape inside one, and not one more.</summary>
public sealed class CatalogueOfEvents
{
    /// <param name="Section">The heading above, without its marks.</param>
    /// <param name="Name">In the first cell.</param>
    /// <param name="Fields">In the last cell, in order.</param>
    private sealed record Row(string Section, string Name, string[] Fields);

    private static readonly Row[] Rows = [.. Read(Repository.Lines("docs/events.md"))];

    private static IEnumerable<Row> Events => Rows.Where(row => row.Section != Shapes);

    private const string Shapes = "Shapes";

    /// <summary>What stands inside the fields, by the name that the page gives it.</summary>
    private static readonly Dictionary<string, Type> ShapeTypes = new()
    {
        ["event content"] = typeof(EventContent),
        ["actor content"] = typeof(ActorContent),
        ["issue content"] = typeof(IssueContent),
        ["source content"] = typeof(SourceContent),
        ["scheme content"] = typeof(SchemeContent),
        ["era content"] = typeof(EraContent),
        ["dating"] = typeof(DiplomaticEvent.Dating),
        ["anchor"] = typeof(Anchor),
        ["coding"] = typeof(Coding),
        ["coded row"] = typeof(CodedRow),
        ["coded actor"] = typeof(CodedActor),
        ["participant"] = typeof(Participant),
        ["effect"] = typeof(Effect),
        ["citation"] = typeof(Citation),
        ["actor name"] = typeof(ActorName),
        ["successor"] = typeof(Successor),
    };

    [Fact]
    public void names_every_stored_event_once() =>
        Assert.Equal(
            EventNames.All.Values.Order(StringComparer.Ordinal),
            Events.Select(row => row.Name).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void gives_each_its_fields() =>
        Assert.All(
            EventNames.All,
            named => Assert.Equal(FieldsOf(named.Key), Events.Single(row => row.Name == named.Value).Fields)
        );

    [Fact]
    public void has_each_under_its_kind_of_record() =>
        Assert.All(
            EventNames.All,
            named =>
                Assert.Equal(
                    named.Key.DeclaringType!.Name switch
                    {
                        nameof(DiplomaticEvent) => "Event",
                        nameof(Actor) => "Actor",
                        nameof(Issue) => "Issue",
                        nameof(Source) => "Source",
                        nameof(Scheme) => "Scheme",
                        nameof(Era) => "Era",
                        nameof(TheChronology) => "The chronology itself",
                        var other => other,
                    },
                    Events.Single(row => row.Name == named.Value).Section
                )
        );

    [Fact]
    public void gives_every_shape_its_fields()
    {
        var shapes = Rows.Where(row => row.Section == Shapes).ToArray();
        Assert.Equal(
            ShapeTypes.Keys.Order(StringComparer.Ordinal),
            shapes.Select(row => row.Name).Order(StringComparer.Ordinal)
        );
        Assert.All(shapes, row => Assert.Equal(FieldsOf(ShapeTypes[row.Name]), row.Fields));
    }

    /// <summary>As they are stored, in their order.</summary>
    private static string[] FieldsOf(Type type) =>
        [
            .. StoredEvents
                .Declared.GetTypeInfo(type)
                .Properties.Where(property => property.Get is not null)
                .Select(property => property.Name),
        ];

    private static IEnumerable<Row> Read(IEnumerable<string> lines)
    {
        var section = "";
        foreach (var line in lines)
        {
            if (line.StartsWith('#'))
                section = line.TrimStart('#', ' ');
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells is ["", ['`', ..] name, .., var fields, ""])
                yield return new(section, name.Trim('`'), [.. fields.Split('`').Where((_, i) => i % 2 == 1)]);
        }
    }
}
