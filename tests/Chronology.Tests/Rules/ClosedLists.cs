using Chronology.Rules;

namespace Chronology.Tests.Rules;

public sealed class ClosedLists
{
    [Fact]
    public void have_entries_each_once()
    {
        Assert.NotEmpty(Vocabulary.Lists);
        Assert.Equal(96, Vocabulary.EventTypes.Count);
        Assert.Equal(12, Vocabulary.FactKinds.Count);
        Assert.Equal(313, Vocabulary.Cameo.Count);
        Assert.All(
            Vocabulary.Lists,
            list =>
            {
                var codes = Vocabulary.List(list).Select(term => term.Code).ToList();
                Assert.NotEmpty(codes);
                Assert.Equal(codes.Distinct(), codes);
            }
        );
    }

    [Fact]
    public void name_a_source_for_each_entry()
    {
        var sources = Vocabulary
            .Lists.SelectMany(Vocabulary.List)
            .Select(term => (term.Code, term.Source))
            .Concat(Vocabulary.EventTypes.Values.Select(type => (type.Code, type.Source)))
            .Concat(Vocabulary.FactKinds.Values.Select(kind => (kind.Code, kind.Source)))
            .Concat(Vocabulary.Cameo.Values.Select(code => (code.Code, code.Source)));

        Assert.All(sources, entry => Assert.NotEmpty(entry.Source));
    }

    [Fact]
    public void know_every_cameo_code_that_an_event_type_names() =>
        Assert.All(
            Vocabulary.EventTypes.Values.SelectMany(type => type.Cameo),
            code => Assert.True(Vocabulary.Cameo.ContainsKey(code), code)
        );

    [Fact]
    public void know_the_parent_of_every_cameo_code() =>
        Assert.All(
            Vocabulary.Cameo.Values.Where(code => code.Parent is not null),
            code => Assert.True(Vocabulary.Cameo.ContainsKey(code.Parent!), code.Parent)
        );

    [Fact]
    public void say_of_every_value_of_a_fact_but_an_unknown_level_whether_it_holds() =>
        Assert.Equal(
            ["representation=unknown"],
            from kind in Vocabulary.FactKinds.Values
            where kind.Values is not null
            from term in Vocabulary.List(kind.Values!)
            where term.Holds is null
            select $"{kind.Code}={term.Code}"
        );

    [Fact]
    public void exist_for_every_kind_of_fact_but_offices_and_control() =>
        Assert.Equal(
            ["control", "office"],
            Vocabulary
                .FactKinds.Values.Where(kind => kind.Values is null || Vocabulary.List(kind.Values).Count == 0)
                .Select(kind => kind.Code)
                .Order(StringComparer.Ordinal)
        );

    [Theory]
    [InlineData("actor_kind", "state government organisation movement armed-group party person place")]
    [InlineData("role", "actor recipient third-party via")]
    [InlineData("basis", "statement vote sponsorship action policy")]
    [InlineData("succession", "continuator successor secession merger none")]
    [InlineData("calendar", "gregorian julian")]
    [InlineData("date_reading", "occurrence occurrences extent")]
    [InlineData("anchor_relation", "after before on")]
    public void are_those_of_the_contract(string list, string codes) =>
        Assert.Equal(codes.Split(' '), Vocabulary.List(list).Select(term => term.Code));

    [Fact]
    public void mark_what_only_a_rubric_can_conclude() =>
        Assert.Equal(
            ["ambiguous", "no-position"],
            Vocabulary.Lists.SelectMany(Vocabulary.List).Where(term => term.IsResult).Select(term => term.Code)
        );

    [Theory]
    [InlineData("recognition", "refused", false)]
    [InlineData("recognition", "withdrawn", false)]
    [InlineData("recognition", "de-facto", true)]
    [InlineData("relations", "severed", false)]
    [InlineData("representation", "unknown", null)]
    [InlineData("office", "President", true)]
    [InlineData("alliance", "none", false)]
    public void say_whether_a_fact_holds_with_a_value(string kind, string value, bool? holds) =>
        Assert.Equal(holds, Vocabulary.FactKinds[kind].Holds(value));

    [Fact]
    public void are_empty_where_there_is_no_such_list()
    {
        Assert.Empty(Vocabulary.List("nonsense"));
        Assert.Null(Vocabulary.Find("recognition", "nonsense"));
        Assert.Equal("Recognised de jure", Vocabulary.Find("recognition", "de-jure")?.Label);
    }
}
