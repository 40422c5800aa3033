using Chronology.Eras;
using Chronology.Recording;
using Chronology.Time;
using static Chronology.Tests.Recording.Samples;

namespace Chronology.Tests.Eras;

public sealed class ChangingAnEra
{
    private static readonly Era.Recorded Recorded = new(SovietPeriod);

    [Fact]
    public void begins_its_history() => Given(Soviet).When(new Command.Record(Soviet, SovietPeriod)).Then(Recorded);

    [Fact]
    public void asked_twice_records_once() =>
        Given(Soviet, Recorded).When(new Command.Record(Soviet, SovietPeriod)).ThenNothing();

    [Fact]
    public void tells_only_what_changed_in_a_fixed_order() =>
        Given(Soviet, Recorded)
            .When(
                Correct(
                    Soviet,
                    """{"citations":[],"closes":"dissolution","opens":null,"summary":null,"title":"T","span":null,"start":"1955","end":".."}"""
                )
            )
            .Then(
                new Era.SpanCorrected(null, "1955", ".."),
                new Era.DescriptionCorrected("T", null),
                new Era.TurningPointsCorrected(null, "dissolution"),
                new Era.SourceDetached(0, "ref-3")
            );

    [Fact]
    public void to_a_span_inside_the_old_one_refines_it()
    {
        var when = Given(Soviet, Recorded).When(Correct(Soviet, """{"span":"1956-10/1990"}""", "refinement"));
        when.Then(new Era.SpanRefined("1956-10/1990", null, null));
        Assert.Equal(Operation.Refined, when.Changed.Operation);
    }

    [Theory]
    [InlineData("""{"span":"1955/1990"}""", "/changes/span")]
    [InlineData("""{"span":"1956/.."}""", "/changes/span")]
    [InlineData("""{"span":null,"start":"1956","end":"1991"}""", "/changes")]
    public void to_a_span_outside_the_old_one_is_no_refinement(string changes, string pointer) =>
        Given(Soviet, Recorded).When(Correct(Soviet, changes, "refinement")).ThenRefused("not-a-refinement", pointer);

    [Theory]
    [InlineData("""{"key":"other"}""", "invalid-parameter", "/changes/key")]
    [InlineData("""{"scheme":"other"}""", "invalid-parameter", "/changes/scheme")]
    [InlineData("""{"span":null}""", "invalid-date", "/changes/span")]
    [InlineData("""{"span":"1990/1956"}""", "end-before-start", "/changes/span")]
    [InlineData("""{"start":"1956"}""", "invalid-parameter", "/changes")]
    [InlineData("""{"colour":"red"}""", "unknown-field", "/changes/colour")]
    public void to_something_invalid_is_refused_where_it_was_asked(string changes, string code, string pointer) =>
        Given(Soviet, Recorded).When(Correct(Soviet, changes)).ThenRefused(code, pointer);

    [Fact]
    public void may_repeat_its_key_and_scheme() =>
        Given(Soviet, Recorded).When(Correct(Soviet, """{"key":"soviet-period","scheme":"article"}""")).ThenNothing();

    [Fact]
    public void retracted_gives_it_back_as_it_was_when_reinstated() =>
        Assert.Equal(
            Given(Soviet, Recorded).State! with
            {
                Revision = 3,
            },
            Given(Soviet, Recorded, new Era.Retracted(), new Era.Reinstated()).State
        );

    [Fact]
    public void speaks_of_the_era_and_its_scheme()
    {
        Given(Soviet).When(Correct(Soviet, "{}")).ThenRefused("no-such-era");
        Given(Soviet, Recorded, new Era.Retracted()).When(Correct(Soviet, "{}")).ThenRefused("era-retracted");
        Assert.Equal(
            ("era/article/soviet-period", "soviet-period", "article"),
            (Soviet.StreamKey, Soviet.OwnKey, Soviet.Scheme)
        );
    }

    [Fact]
    public void cannot_be_merged_or_disputed()
    {
        Given(Soviet, Recorded)
            .When(new Command.Merge(Soviet, "other", Because("merge"), []))
            .ThenRefused("cannot-merge");
        Given(Soviet, Recorded)
            .When(new Command.Dispute(Soviet, Because("dispute"), []))
            .ThenRefused("invalid-parameter");
    }

    [Fact]
    public void refers_to_its_scheme_its_turning_points_and_its_sources() =>
        Assert.Equal(
            [
                "scheme/article /scheme",
                "event/first-arms /opens",
                "event/end /closes",
                "source/ref-3 /citations/0/source",
            ],
            (SovietPeriod with { Closes = "end" }).References().Select(r => $"{r.To} {r.Pointer}")
        );
}

public sealed class ChangingAScheme
{
    private static readonly Scheme.Recorded Recorded = new(ArticlesDivision);

    [Fact]
    public void tells_only_what_changed() =>
        Given(Division, Recorded)
            .When(Correct(Division, """{"author":null,"title":"T"}"""))
            .Then(new Scheme.Retitled("T"), new Scheme.AuthorCorrected(null));

    [Fact]
    public void never_recorded_is_refused() =>
        Given(Division).When(Correct(Division, "{}")).ThenRefused("no-such-scheme");

    [Fact]
    public void retracted_can_only_be_reinstated() =>
        Given(Division, Recorded, new Scheme.Retracted()).When(Correct(Division, "{}")).ThenRefused("scheme-retracted");
}

public sealed class TheSpanOfAnEra
{
    [Theory]
    // The first year and the last are possible: which of their days begins and ends it is not known.
    [InlineData("1956/1990", "1955-12-31", Certainty.No)]
    [InlineData("1956/1990", "1956-01-01", Certainty.Possible)]
    [InlineData("1956/1990", "1956-12-31", Certainty.Certain)]
    [InlineData("1956/1990", "1990-01-01", Certainty.Certain)]
    [InlineData("1956/1990", "1990-12-31", Certainty.Possible)]
    [InlineData("1956/1990", "1991-01-01", Certainty.No)]
    [InlineData("1991-12-26/..", "2300-01-01", Certainty.Certain)]
    [InlineData("1991-12-26/", "1991-12-26", Certainty.Certain)]
    [InlineData("1991-12-26/", "1991-12-27", Certainty.Possible)]
    // One date: somewhere inside.
    [InlineData("177X", "1769-12-31", Certainty.No)]
    [InlineData("177X", "1770-01-01", Certainty.Possible)]
    [InlineData("177X", "1779-12-31", Certainty.Possible)]
    [InlineData("177X", "1780-01-01", Certainty.No)]
    [InlineData("1956", "1956-06-01", Certainty.Possible)]
    [InlineData("1948-05-14", "1948-05-14", Certainty.Possible)]
    [InlineData("[1956,1970]", "1970-06-01", Certainty.Possible)]
    [InlineData("[1956,1970]", "1960-06-01", Certainty.No)]
    [InlineData("1948-05-14/1948-05-14", "1948-05-14", Certainty.Certain)]
    public void is_in_force_on_its_days(string span, string day, Certainty inForce) =>
        Assert.Equal(inForce, Span(span).InForceOn(Day.ParseQuestion(day).Value));

    [Fact]
    public void may_have_bounds_that_no_interval_can_say()
    {
        var span = EraSpan.Read(null, "[1955,1956-10]", null).Value;
        Assert.Equal(("1955-01-01", null), (span.Earliest?.ToString(), span.Latest?.ToString()));
        Assert.Equal(Certainty.Possible, span.InForceOn(Day.ParseQuestion("1956-10-30").Value));
    }

    [Theory]
    [InlineData("177X", "1773/1775", true)]
    [InlineData("177X", "1773", true)]
    [InlineData("177X", "1773/..", false)]
    [InlineData("177X", "1769/1775", false)]
    [InlineData("[1956,1970]", "1970-01/1970-03", true)]
    [InlineData("[1956,1970]", "1956/1970", false)]
    [InlineData("177X/177X", "1774", true)]
    [InlineData("1948-05-14/1948-05-14", "1948-05-14", false)]
    [InlineData("1956/", "1956/1990", true)]
    [InlineData("1956/..", "1956/1990", false)]
    public void is_refined_by_what_takes_back_nothing(string coarse, string fine, bool refined)
    {
        Assert.Equal(refined, Span(fine).IsRefinementOf(Span(coarse)));
        Assert.True(Span(fine).IsRefinementOf(Span(fine)));
    }

    [Theory]
    [InlineData(null, null, null, "invalid-date", "/span")]
    [InlineData("{1956,1957}", null, null, "invalid-date", "/span")]
    [InlineData("nineteen", null, null, "invalid-date", "/span")]
    [InlineData("1990/1956", null, null, "end-before-start", "/span")]
    [InlineData("1956/1990", "1956", null, "invalid-parameter", "/span")]
    [InlineData(null, "1990", "1956", "end-before-start", "/end")]
    [InlineData(null, "1956/1957", null, "invalid-date", "/start")]
    public void is_refused_where_it_says_nothing(string? span, string? start, string? end, string code, string pointer)
    {
        var rejection = EraSpan.Read(span, start, end).Rejection;
        Assert.Equal((code, pointer), (rejection?.Code, rejection?.Pointer));
    }

    private static EraSpan Span(string text) => EraSpan.Read(text, null, null).Value;
}
