using System.Globalization;
using Chronology.Actors;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Rules;
using Chronology.Time;

namespace Chronology.Tests.Relations;

/// <summary>Evidence in few words.</summary>
internal static class Taken
{
    public static readonly FactKey Key = FactKey.Of("stance", "ussr", "resolution-3379", null, null);

    /// <summary>The same of its predecessor.</summary>
    public static readonly FactKey Behind = FactKey.Of("stance", "empire", "resolution-3379", null, null);

    /// <summary>Of a holder that took its predecessor's place.</summary>
    /// <param name="on">EDTF.</param>
    public static Stance? Inheriting(string on, Day day, IReadOnlyList<RecordedEffect> effects)
    {
        var predecessor = new RecordState(
            new(RecordKind.Actor, "empire"),
            1,
            RecordStatus.Active,
            new ActorContent("state", "Empire", [], null, [new("ussr", "continuator", on)], []),
            null,
            null
        );
        var heritage = Identity.Of([predecessor]).HeritageOf(Key);
        return Chronology.Relations.Stance.Of(
            FactsAsOf.Decide(heritage, effects, day),
            heritage,
            effects,
            day,
            RulesVersion.First.Stances
        );
    }

    public static RecordedEffect Stance(
        string @event,
        string? position,
        string begins,
        string basis = "statement",
        string? vote = null,
        string? salience = null,
        string? authority = null,
        string credibility = "confirmed",
        string? until = null,
        int? order = null
    ) =>
        Key.Effect(@event, position, begins, until, order, credibility) with
        {
            Stance = new(basis, vote, salience, authority, Speaker: null),
        };

    public static Stance? On(string day, params IReadOnlyList<RecordedEffect> effects) =>
        On(Day.ParseQuestion(day).Value, effects);

    public static Stance? On(Day day, IReadOnlyList<RecordedEffect> effects) =>
        Chronology.Relations.Stance.Of(
            FactsAsOf.Decide(Key, effects, day),
            Heritage.Plain(Key),
            effects,
            day,
            RulesVersion.First.Stances
        );

    /// <summary>Value, mean and bounds: <c>opposes -60 (-80..-30)</c>.</summary>
    public static string Said(this RevealedPosition revealed) =>
        revealed.Position is { } position
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{position.Value} {position.Mean} ({position.Low}..{position.High})"
            )
            : "nothing";
}

public sealed class StancesTakenOnOneDay
{
    private static string Declared(params IReadOnlyList<RecordedEffect> effects) =>
        Taken.Key.AsOf("1975", effects).Said();

    [Fact]
    public void are_decided_by_authority() =>
        Assert.Equal(
            "supports certain",
            Declared(
                Taken.Stance("a", "opposes", "1975-11-10", authority: "ministry"),
                Taken.Stance("b", "supports", "1975-11-10", authority: "head-of-state"),
                Taken.Stance("c", "opposes", "1975-11-10", authority: "party")
            )
        );

    [Fact]
    public void are_decided_by_their_order_before_authority() =>
        Assert.Equal(
            "opposes certain",
            Declared(
                Taken.Stance("a", "opposes", "1975-11-10", authority: "ministry", order: 2),
                Taken.Stance("b", "supports", "1975-11-10", authority: "head-of-state", order: 1)
            )
        );

    [Fact]
    public void stay_both_possible_where_an_authority_is_not_known() =>
        Assert.Equal(
            "supports possible (opposes)",
            Declared(
                Taken.Stance("b", "opposes", "1975-11-10"),
                Taken.Stance("a", "supports", "1975-11-10", authority: "head-of-state")
            )
        );

    [Fact]
    public void stay_both_possible_where_the_authority_is_the_same() =>
        Assert.Equal(
            "opposes possible (supports)",
            Declared(
                Taken.Stance("a", "opposes", "1975-11-10", authority: "ministry"),
                Taken.Stance("b", "supports", "1975-11-10", authority: "ministry")
            )
        );

    [Fact]
    public void are_given_up_by_the_higher_authority() =>
        Assert.Equal(
            "none certain",
            Declared(
                Taken.Stance("a", null, "1975-11-10", authority: "head-of-state"),
                Taken.Stance("b", "supports", "1975-11-10", authority: "ministry")
            )
        );

    [Fact]
    public void are_decided_by_the_later_day_whatever_the_authority() =>
        Assert.Equal(
            "opposes certain",
            Declared(
                Taken.Stance("a", "supports", "1975-11-10", authority: "head-of-state"),
                Taken.Stance("b", "opposes", "1975-11-11", authority: "party")
            )
        );

    [Fact]
    public void are_not_decided_by_authority_while_the_day_is_uncertain() =>
        Assert.Equal(
            "opposes possible (supports)",
            Declared(
                Taken.Stance("a", "opposes", "1975-11", authority: "party"),
                Taken.Stance("b", "supports", "1975-11", authority: "head-of-state")
            )
        );
}

public sealed class StancesRevealed
{
    private static string Revealed(string day, params IReadOnlyList<RecordedEffect> effects) =>
        Taken.On(day, effects)!.Revealed.Said();

    [Fact]
    public void are_null_in_silence() => Assert.Null(Taken.On("1974", Taken.Stance("a", "supports", "1975")));

    [Fact]
    public void weigh_half_after_eight_years() =>
        // (1 - 2) / (1 + 2)
        Assert.Equal(
            "ambiguous -33 (-33..-33)",
            Revealed(
                "1983-11-10",
                Taken.Stance("a", "supports", "1975-11-10"),
                Taken.Stance("b", "opposes", "1983-11-10")
            )
        );

    [Fact]
    public void weigh_by_salience() =>
        // (3 - 1) / (3 + 1)
        Assert.Equal(
            "supports 50 (50..50)",
            Revealed(
                "1975-11-10",
                Taken.Stance("a", "supports", "1975-11-10", salience: "high"),
                Taken.Stance("b", "opposes", "1975-11-10", salience: "low")
            )
        );

    [Fact]
    public void weigh_what_states_no_salience_as_medium() =>
        // (3 - 2) / (3 + 2)
        Assert.Equal(
            "ambiguous 20 (20..20)",
            Revealed(
                "1975-11-10",
                Taken.Stance("a", "supports", "1975-11-10", salience: "high"),
                Taken.Stance("b", "opposes", "1975-11-10")
            )
        );

    [Fact]
    public void are_bounded_by_what_credibility_allows() =>
        // (1 - 3/4) / (1 + 3/4); at least (1 - 1) / 2, at most (1 - 1/2) / (1 + 1/2)
        Assert.Equal(
            "ambiguous 14 (0..33)",
            Revealed(
                "1975-11-10",
                Taken.Stance("a", "supports", "1975-11-10"),
                Taken.Stance("b", "opposes", "1975-11-10", credibility: "reported")
            )
        );

    [Fact]
    public void are_bounded_by_what_may_not_have_happened() =>
        Assert.Equal(
            "ambiguous 0 (-100..100)",
            Revealed(
                "1975-11-10",
                Taken.Stance("a", "supports", "1975", basis: "vote"),
                Taken.Stance("b", "opposes", "1975", basis: "vote")
            )
        );

    [Theory]
    [InlineData("supports", "opposes", "ambiguous")]
    [InlineData("supports", "neutral", "supports")]
    [InlineData("strongly-supports", "supports", "strongly-supports")]
    [InlineData("conditional", "conditional", "conditional")]
    [InlineData("conditional", "supports", "supports")]
    [InlineData("neutral", "neutral", "neutral")]
    [InlineData("strongly-opposes", "strongly-opposes", "strongly-opposes")]
    public void are_named_after_the_side_that_prevails(string one, string other, string value) =>
        Assert.Equal(
            value,
            Taken
                .On("1975", Taken.Stance("a", one, "1975-11-10"), Taken.Stance("b", other, "1975-11-10"))!
                .Revealed.Position!.Value
        );

    [Fact]
    public void are_not_neutral_for_being_contradicted_by_less_than_a_third() =>
        // (5 - 2) / (5 + 2) of weight 3 + 2 against 2
        Assert.Equal(
            "opposes -43 (-43..-43)",
            Revealed(
                "1975-11-10",
                Taken.Stance("a", "opposes", "1975-11-10", salience: "high"),
                Taken.Stance("b", "opposes", "1975-11-10"),
                Taken.Stance("c", "supports", "1975-11-10")
            )
        );

    [Fact]
    public void are_ambiguous_from_a_third_on() =>
        Assert.Equal(
            "ambiguous -33 (-33..-33)",
            Revealed(
                "1975-11-10",
                Taken.Stance("a", "opposes", "1975-11-10"),
                Taken.Stance("b", "opposes", "1975-11-10"),
                Taken.Stance("c", "supports", "1975-11-10")
            )
        );

    [Theory]
    [InlineData("yes", "supports 100 (100..100)")]
    [InlineData("no", "opposes -100 (-100..-100)")]
    [InlineData("abstain", "neutral 0 (0..0)")]
    [InlineData("absent", "nothing")]
    public void read_a_vote_where_no_position_is_stated(string vote, string revealed) =>
        Assert.Equal(revealed, Revealed("1975", Taken.Stance("a", null, "1975-11-10", "vote", vote)));

    [Fact]
    public void read_the_stated_position_before_the_vote() =>
        // A vote for a text that revokes another.
        Assert.Equal(
            "opposes -100 (-100..-100)",
            Revealed("1991", Taken.Stance("a", "opposes", "1991", "vote", "yes"))
        );

    [Fact]
    public void never_count_an_absence_as_neutral()
    {
        var stance = Taken.On(
            "1975",
            Taken.Stance("a", "supports", "1975-11-10", "vote", "yes"),
            Taken.Stance("b", "neutral", "1975-11-10", "vote", "absent")
        )!;

        Assert.Equal("supports 100 (100..100)", stance.Revealed.Said());
        Assert.Equal((1, 2), (stance.Count, stance.Evidence.Count));
    }

    [Theory]
    [InlineData("statement", 1, "confirmed", StanceVerdict.InsufficientEvidence)]
    [InlineData("statement", 2, "confirmed", StanceVerdict.Certain)]
    [InlineData("statement", 2, "disputed", StanceVerdict.Possible)]
    [InlineData("action", 1, "confirmed", StanceVerdict.InsufficientEvidence)]
    [InlineData("sponsorship", 1, "confirmed", StanceVerdict.InsufficientEvidence)]
    [InlineData("policy", 1, "reported", StanceVerdict.Certain)]
    [InlineData("vote", 1, "confirmed", StanceVerdict.Certain)]
    [InlineData("vote", 1, "disputed", StanceVerdict.Possible)]
    public void need_a_minimum_of_evidence(string basis, int pieces, string credibility, StanceVerdict verdict)
    {
        var stance = Taken.On(
            "1976",
            [
                .. Enumerable
                    .Range(0, pieces)
                    .Select(n => Taken.Stance($"e{n}", "supports", "1975", basis, credibility: credibility)),
            ]
        )!;

        Assert.Equal(verdict, stance.Revealed.Verdict);
        Assert.Equal(verdict == StanceVerdict.InsufficientEvidence, stance.Revealed.Position is null);
        Assert.Equal(pieces, stance.Evidence.Count);
    }

    [Fact]
    public void are_only_possible_with_what_may_not_have_happened() =>
        Assert.Equal(
            StanceVerdict.Possible,
            Taken.On("1975-06", Taken.Stance("a", "supports", "1975", "vote"))!.Revealed.Verdict
        );

    [Fact]
    public void are_forgotten_after_thirty_half_lives()
    {
        var stance = Taken.On("2300", Taken.Stance("a", "supports", "1975", "vote"))!;

        Assert.Equal(StanceVerdict.InsufficientEvidence, stance.Revealed.Verdict);
        Assert.Equal("supports", stance.Declared.Value);
        Assert.Equal(1, stance.Count);
    }

    [Fact]
    public void show_a_reversal_from_both_sides()
    {
        RecordedEffect[] pieces =
        [
            Taken.Stance("sponsors", "supports", "1975", "sponsorship"),
            Taken.Stance("votes", "supports", "1975", "vote", "yes"),
            Taken.Stance("revokes", "opposes", "1991-12-16", "vote"),
        ];

        Assert.Equal(("supports", "supports 100 (100..100)"), Both("1980"));
        Assert.Equal(("opposes", "opposes -35 (-37..-33)"), Both("1991"));
        Assert.Equal(("opposes", "opposes -35 (-37..-33)"), Both("2020"));

        (string, string) Both(string day) =>
            (Taken.On(day, pieces)!.Declared.Value, Taken.On(day, pieces)!.Revealed.Said());
    }
}

public sealed class WhatAStanceTellsBesides
{
    private static readonly RecordedEffect[] Kept =
    [
        Taken.Stance("a", "supports", "1975-11-10", salience: "low"),
        Taken.Stance("b", "supports", "1980", salience: "high"),
        Taken.Stance("c", "opposes", "1985-01-01", "action"),
        Taken.Stance("d", "opposes", "1986-01-01", "action"),
    ];

    [Fact]
    public void is_what_it_says_against_what_it_does()
    {
        Assert.Equal(new SayDoGap(100, -100), Taken.On("1986", Kept)!.Gap);
        Assert.Equal(200, Taken.On("1986", Kept)!.Gap!.Gap);
    }

    [Fact]
    public void is_no_gap_where_words_or_deeds_are_too_few() => Assert.Null(Taken.On("1985", Kept)!.Gap);

    [Fact]
    public void is_how_much_it_matters_by_weight() =>
        // Equal weights of 1 and 3; what states none takes no part.
        Assert.Equal(
            200,
            Taken
                .On(
                    "1975-11-10",
                    Taken.Stance("a", "supports", "1975-11-10", salience: "low"),
                    Taken.Stance("b", "opposes", "1975-11-10", salience: "high"),
                    Taken.Stance("c", "opposes", "1975-11-10")
                )!
                .Salience
        );

    [Fact]
    public void is_the_window_of_the_evidence()
    {
        Assert.Equal(("1975-11-10", "1980-12-31"), Span(Taken.On("1981", Kept)!.Window));
        Assert.Equal(("1975-11-10", "1980-06-30"), Span(Taken.On("1980-06", Kept)!.Window));
        Assert.Equal(
            (null, "1975-11-10"),
            Span(Taken.On("1981", Taken.Stance("a", "supports", "[..1975-11-10]"))!.Window)
        );
    }

    [Fact]
    public void is_the_last_evidence_on_its_side()
    {
        Assert.Equal(("1980-01-01", "1980-12-31"), Span(Taken.On("1981", Kept)!.LastReaffirmed));
        Assert.Equal(("1975-11-10", "1980-06-30"), Span(Taken.On("1980-06", Kept)!.LastReaffirmed));
        Assert.Equal(("1986-01-01", "1986-01-01"), Span(Taken.On("1990", Kept)!.LastReaffirmed));
    }

    [Theory]
    [InlineData("1985-11-10", Certainty.No)]
    [InlineData("1985-11-11", Certainty.Certain)]
    public void is_stale_after_ten_years(string day, Certainty stale) =>
        Assert.Equal(stale, Taken.On(day, Kept[0])!.Stale);

    [Theory]
    [InlineData("1986-01-01", Certainty.No)]
    [InlineData("1986-01-02", Certainty.Possible)]
    [InlineData("1986-12-31", Certainty.Possible)]
    [InlineData("1987-01-01", Certainty.Certain)]
    public void is_perhaps_stale_while_the_day_is_uncertain(string day, Certainty stale) =>
        Assert.Equal(stale, Taken.On(day, Taken.Stance("a", "supports", "1976"))!.Stale);

    [Fact]
    public void is_not_reaffirmed_for_sure_by_what_is_disputed() =>
        Assert.Equal(
            Certainty.Possible,
            Taken.On("1990", Kept[0], Taken.Stance("b", "supports", "1985", credibility: "disputed"))!.Stale
        );

    [Fact]
    public void counts_a_leap_day_as_the_last_of_february() =>
        Assert.Equal(Certainty.No, Taken.On("1984-02-29", Taken.Stance("a", "supports", "1974-02-28"))!.Stale);

    [Fact]
    public void names_who_declared_it()
    {
        var stance = Taken.On(
            "1975",
            Taken.Stance("a", "supports", "1975-11-10", authority: "ministry"),
            Taken.Stance("b", "opposes", "1975-11-10", authority: "head-of-state")
        )!;

        Assert.Equal(("opposes", "b"), (stance.Declared.Value, stance.DeclaredBy!.Event));
    }

    [Fact]
    public void names_nobody_where_it_was_given_up()
    {
        var stance = Taken.On("1976", Taken.Stance("a", "supports", "1975"), Taken.Stance("b", null, "1976-01-01"))!;

        Assert.Equal("none", stance.Declared.Value);
        Assert.Null(stance.DeclaredBy);
        Assert.Equal((1, 2), (stance.Count, stance.Evidence.Count));
    }

    private static (string?, string?) Span(DayRange? days) => (days?.Earliest?.ToString(), days?.Latest?.ToString());
}

public sealed class RulesOfStances
{
    [Theory]
    [InlineData(0, 1_000_000_000)]
    [InlineData(1_461, 707_106_781)]
    [InlineData(2_922, 500_000_000)]
    [InlineData(5_844, 250_000_000)]
    [InlineData(30 * 2_922, 0)]
    public void halve_what_is_left_every_eight_years(long age, long left) =>
        Assert.Equal(left, RulesVersion.First.Stances.Left(age));

    [Theory]
    [InlineData("strongly-supports", null, 4)]
    [InlineData("conditional", null, 1)]
    [InlineData("conditional", "yes", 1)]
    [InlineData("neutral", "abstain", 0)]
    [InlineData("strongly-opposes", "absent", -4)]
    [InlineData("neutral", "absent", null)]
    [InlineData(null, "no", -2)]
    [InlineData(null, null, null)]
    public void read_a_position_before_a_vote(string? position, string? vote, int? halves) =>
        Assert.Equal(halves, StanceTerms.Halves(position, vote));

    [Fact]
    public void rank_authorities_as_listed() =>
        Assert.Equal(
            ["head-of-state", "government", "ministry", "legislature", "representative", "party"],
            Vocabulary.List("authority").Select(term => term.Code).OrderBy(StanceTerms.Rank)
        );

    [Fact]
    public void weigh_every_basis_as_said_or_as_done() =>
        Assert.Equal(
            Vocabulary.List("basis").Select(term => term.Code).Order(StringComparer.Ordinal),
            RulesVersion.First.Stances.Said.Concat(RulesVersion.First.Stances.Done).Order(StringComparer.Ordinal)
        );
}
