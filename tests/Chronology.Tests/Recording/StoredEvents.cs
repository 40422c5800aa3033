using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Actors;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Sources;
using CsCheck;

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

    /// <summary>As the serializer would have it by itself, from the declarations alone.</summary>
    internal static JsonSerializerOptions Declared { get; } = DeclaredOnly();

    [Fact]
    public void are_written_by_hand_as_they_are_declared() =>
        Contents.Sample(content =>
        {
            var json = JsonSerializer.Serialize(content, Declared);
            Assert.Equal(json, JsonSerializer.Serialize(content, RecordJson.Options));
            Assert.Equal(content, JsonSerializer.Deserialize<EventContent>(json, RecordJson.Options));
        });

    [Fact]
    public void are_read_by_hand_whatever_the_order_of_their_members_and_whatever_came_later() =>
        Contents.Sample(content =>
        {
            var json = JsonSerializer.SerializeToNode(content, Declared);
            Assert.Equal(content, Turned(json).Deserialize<EventContent>(RecordJson.Options));

            static JsonNode? Turned(JsonNode? node) =>
                node switch
                {
                    JsonObject members => new JsonObject([
                        new("later", new JsonObject { ["type"] = new JsonArray(1, "x", null) }),
                        .. members.Reverse().Select(member => KeyValuePair.Create(member.Key, Turned(member.Value))),
                    ]),
                    JsonArray items => new JsonArray([.. items.Select(Turned)]),
                    _ => node?.DeepClone(),
                };
        });

    [Fact]
    public void are_faults_where_the_declarations_have_them_so()
    {
        var whole = JsonSerializer.SerializeToNode(Samples.Vote, Declared)!.AsObject();
        foreach (
            var (of, at) in new[]
            {
                (whole, ""),
                (whole["actors"]![0]!.AsObject(), "actors"),
                (whole["effects"]![0]!.AsObject(), "effects"),
            }
        )
        {
            foreach (var name in of.Select(member => member.Key).ToArray())
            {
                Broken(at, members => members.Remove(name));
                Broken(at, members => members[name] = null);
                Broken(at, members => members[name] = new JsonObject());
                Broken(at, members => members[name] = new JsonArray((JsonNode?)null));
                Broken(at, members => members[name] = 1.5m);
            }
        }

        void Broken(string at, Action<JsonObject> change)
        {
            var copy = whole.DeepClone().AsObject();
            change(at.Length == 0 ? copy : copy[at]![0]!.AsObject());
            Assert.Equal(Outcome(Declared), Outcome(RecordJson.Options));

            string Outcome(JsonSerializerOptions options)
            {
                try
                {
                    return JsonSerializer.Serialize(copy.Deserialize<EventContent>(options), Declared);
                }
                catch (JsonException)
                {
                    return "a fault";
                }
            }
        }
    }

    private static Gen<EventContent> Contents
    {
        get
        {
            var text = Any(null, "", "a", "“Ж” \\ \"\n", "😀\u2028");
            var list = Gen.Int[0, 2];
            return from texts in text.Array[12]
                from order in Any<int?>(null, -3, 7)
                from intensity in Any<decimal?>(null, 0m, -4.5m, 1.00m)
                from actors in list
                from effects in list
                from citations in list
                from tags in list
                from odd in Gen.Int[0, 3]
                select new EventContent(
                    texts[0] ?? "",
                    texts[1],
                    "occurrence",
                    texts[2],
                    texts[3],
                    order,
                    texts[4] ?? "t",
                    texts[5],
                    texts[6],
                    Enumerable.Repeat(new Participant("a", texts[7] ?? "via"), actors).ToValueList(),
                    Enumerable
                        .Repeat(
                            new Effect(
                                "stance",
                                "h",
                                texts[8],
                                texts[9],
                                texts[10],
                                null,
                                texts[11],
                                texts[0],
                                texts[1],
                                null,
                                texts[2],
                                texts[3]
                            ),
                            effects
                        )
                        .ToValueList(),
                    intensity,
                    "reported",
                    "julian",
                    texts[9],
                    Enumerable.Repeat(new Citation("s", texts[10], texts[11]), citations).ToValueList(),
                    texts[8],
                    Enumerable.Range(0, tags).Select(i => $"tag-{i}").ToValueList()
                )
                {
                    Anchor = (odd & 1) == 0 ? null : [new("after", "e", texts[4])],
                    Coding =
                        (odd & 2) == 0 ? null : new("icews", texts[5], null, null, null, null, 3, null, null, null, []),
                };

            static Gen<T> Any<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);
        }
    }

    private static JsonSerializerOptions DeclaredOnly()
    {
        var options = new JsonSerializerOptions(RecordJson.Options);
        foreach (
            var own in options.Converters.Where(one => one.GetType().Assembly == typeof(RecordJson).Assembly).ToArray()
        )
            options.Converters.Remove(own);
        return options;
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
