using Chronology.Recording;

namespace Chronology.Tests.Recording;

public sealed class BlamingARecord
{
    private static readonly RecordId Id = new(RecordKind.Issue, "plan");

    private static RecordState State(int revision, string title, string? wording, params string[] sources) =>
        new(
            Id,
            revision,
            RecordStatus.Active,
            new IssueContent(title, wording, [.. sources.Select(source => new Citation(source, null, null))]),
            null,
            null
        );

    private static int RevisionOf(string place, params RecordState[] states) =>
        Blame.Of(states).Single(part => part.Place == place).Revision;

    [Fact]
    public void names_the_revision_that_last_set_a_field() =>
        Assert.Equal(2, RevisionOf("/title", State(1, "A", null), State(2, "B", null), State(3, "B", "w")));

    [Fact]
    public void keeps_the_blame_of_a_citation_while_others_come_and_go() =>
        Assert.Equal(1, RevisionOf("/citations/1", State(1, "A", null, "x"), State(2, "A", null, "new", "x")));

    [Fact]
    public void blames_the_revision_that_added_a_citation() =>
        Assert.Equal(2, RevisionOf("/citations/0", State(1, "A", null, "x"), State(2, "A", null, "new", "x")));

    [Fact]
    public void blames_whoever_emptied_a_field() =>
        Assert.Equal(2, RevisionOf("/wording", State(1, "A", "w"), State(2, "A", null), State(3, "B", null)));

    [Fact]
    public void says_nothing_of_a_field_that_was_always_empty() =>
        Assert.DoesNotContain(Blame.Of([State(1, "A", null)]), part => part.Place == "/wording");

    [Fact]
    public void blames_a_value_that_comes_back_on_the_revision_that_brought_it_back() =>
        Assert.Equal(3, RevisionOf("/title", State(1, "A", null), State(2, "B", null), State(3, "A", null)));
}
