using Chronology.Actors;
using Chronology.Recording;
using Chronology.Relations;

namespace Chronology.Tests.Relations;

public sealed class EventsThatMayBeOne
{
    private static EventContent Event(string occurred, string title, params string[] actors) =>
        new(
            "meeting-held",
            occurred,
            "occurrence",
            null,
            null,
            null,
            title,
            null,
            null,
            [.. actors.Select(actor => new Participant(actor, "actor"))],
            [],
            null,
            "reported",
            "gregorian",
            null,
            [],
            "-",
            []
        );

    private static int Alike(EventContent one, EventContent other) => Likeness.Of(one, other, Identity.None);

    [Fact]
    public void are_wholly_alike_where_they_say_the_same() =>
        Assert.Equal(
            100,
            Alike(Event("2018-06-01", "A meets B", "a", "b"), Event("2018-06-01", "a MEETS b", "b", "a"))
        );

    [Fact]
    public void are_less_so_where_one_knows_only_the_month() =>
        Assert.Equal(85, Alike(Event("2018-06-01", "A meets B", "a", "b"), Event("2018-06", "A meets B", "a", "b")));

    [Fact]
    public void are_half_so_in_actors_where_half_are_common() =>
        Assert.Equal(66, Alike(Event("2018-06-01", "A meets B", "a", "b"), Event("2018-06-01", "A meets B", "a", "c")));

    [Fact]
    public void are_not_alike_without_a_common_actor_or_of_another_type()
    {
        Assert.Equal(0, Alike(Event("2018-06-01", "A meets B", "a"), Event("2018-06-01", "A meets B", "b")));
        Assert.Equal(
            0,
            Alike(Event("2018-06-01", "A", "a"), Event("2018-06-01", "A", "a") with { Type = "visit-made" })
        );
    }

    [Fact]
    public void have_an_actor_in_common_where_one_is_merged_into_the_other()
    {
        var merged = Identity.Of([
            new(
                new(RecordKind.Actor, "c"),
                1,
                RecordStatus.Merged,
                new ActorContent("state", "C", [], null, [], []),
                null,
                "b"
            ),
        ]);
        var (one, other) = (Event("2018-06-01", "A meets B", "a", "b"), Event("2018-06-01", "A meets B", "a", "c"));
        Assert.Equal(100, Likeness.Of(one, other, merged));
    }
}
