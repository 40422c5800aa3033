using System.Reflection;
using System.Text.Json;
using Chronology.Actors;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Sources;

namespace Chronology.Tests.Recording;

/// <summary>The archive's format. A golden file is never changed: whatever was stored must be read for ever.</summary>
public sealed class StoredEvents
{
    private static readonly Type[] Types =
    [
        .. typeof(DomainEvent)
            .Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(DomainEvent)) && !t.IsAbstract)
            .OrderBy(t => t.FullName, StringComparer.Ordinal),
    ];

    public static TheoryData<string> Names => [.. Samples.Each.Select(EventNames.Of)];

    [Fact]
    public void each_have_a_name_and_a_sample()
    {
        Assert.Equal(Types.ToHashSet(), EventNames.All.Keys.ToHashSet());
        Assert.Equal(Types.ToHashSet(), Samples.Each.Select(e => e.GetType()).ToHashSet());
        Assert.Equal(Types.Length, EventNames.All.Values.Distinct().Count());
    }

    [Fact]
    public void have_one_golden_file_each() =>
        Assert.Equal(
            EventNames.All.Values.Order(StringComparer.Ordinal),
            Directory.GetFiles(Golden).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Names))]
    public void are_read_back_and_written_as_they_were(string name)
    {
        var sample = Samples.Each.Single(e => EventNames.Of(e) == name);
        var file = Path.Combine(Golden, $"{name}.json");
        if (Environment.GetEnvironmentVariable("WRITE_GOLDEN") == "1" && !File.Exists(file))
            File.WriteAllText(file, Write(sample) + "\n");
        var stored = File.ReadAllText(file).TrimEnd();
        Assert.Equal(sample, JsonSerializer.Deserialize(stored, sample.GetType(), RecordJson.Options));
        Assert.Equal(stored, Write(sample));
    }

    [Fact]
    public void each_fold_into_a_record_of_their_kind()
    {
        foreach (var sample in Samples.Each)
        {
            var (id, first) = sample.GetType().DeclaringType!.Name switch
            {
                nameof(DiplomaticEvent) => (Samples.Id, (DomainEvent)new DiplomaticEvent.Recorded(Samples.Recognition)),
                nameof(Actor) => (Samples.Ussr, new Actor.Recorded(Samples.SovietUnion)),
                nameof(Issue) => (Samples.Plan, new Issue.Recorded(Samples.Partition)),
                nameof(Scheme) => (Samples.Division, new Scheme.Recorded(Samples.ArticlesDivision)),
                nameof(Era) => (Samples.Soviet, new Era.Recorded(Samples.SovietPeriod)),
                nameof(TheChronology) => (RecordId.Itself, new TheChronology.RulesAdopted(1)),
                _ => (Samples.Book, new Source.Recorded(Samples.Article)),
            };
            var before = sample.GetType().Name == "Recorded" ? null : Folding.Apply(null, id, first);
            Assert.NotNull(Folding.Apply(before, id, sample));
        }
    }

    [Fact]
    public void of_another_kind_of_record_are_a_fault() =>
        Assert.Throws<System.Diagnostics.UnreachableException>(() =>
            Folding.Apply(
                Folding.Apply(null, Samples.Id, new DiplomaticEvent.Recorded(Samples.Recognition)),
                Samples.Id,
                new Actor.Retracted()
            )
        );

    private static string Golden =>
        Path.Combine(
            typeof(StoredEvents)
                .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(a => a.Key == "ProjectDirectory")
                .Value!,
            "Recording",
            "golden"
        );

    private static string Write(DomainEvent change) =>
        JsonSerializer.Serialize(change, change.GetType(), RecordJson.Options);
}
