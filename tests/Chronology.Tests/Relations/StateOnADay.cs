using Chronology.Relations;
using Chronology.Time;

namespace Chronology.Tests.Relations;

public sealed class RecognitionGrantedAndWithdrawn
{
    private static readonly FactKey Key = FactKey.Of("recognition", "nauru", "kosovo", null, null);
    private static readonly RecordedEffect Granted = Key.Effect("granted", "de-jure", "2008-04-23");
    private static readonly RecordedEffect Withdrawn = Key.Effect("withdrawn", "withdrawn", "2019-11-13");

    [Fact]
    public void is_not_yet_so_before_it_was_granted()
    {
        var entry = Key.AsOf("2008-04-22", Granted, Withdrawn);

        Assert.Equal("none certain", entry.Said());
        Assert.False(entry.IsListed);
        Assert.Equal(Verdict.No, entry.Holds());
        Assert.Null(entry.LastHeld);
        Assert.Empty(entry.Because);
        Assert.Null(entry.Credibility);
    }

    [Fact]
    public void holds_from_the_day_it_was_granted()
    {
        var entry = Key.AsOf("2008-04-23", Granted, Withdrawn);

        Assert.Equal("de-jure certain", entry.Said());
        Assert.Equal(Verdict.Certain, entry.Holds());
        Assert.Equal("2008-04-23", entry.Since?.Edtf);
        Assert.Null(entry.Until);
        Assert.Equal("reported", entry.Credibility);
        Assert.Equal(["granted"], entry.Because.Events());
    }

    [Fact]
    public void does_not_hold_from_the_day_it_was_withdrawn()
    {
        var entry = Key.AsOf("2019-11-13", Granted, Withdrawn);

        Assert.Equal("withdrawn certain", entry.Said());
        Assert.True(entry.IsListed);
        Assert.Equal(Verdict.No, entry.Holds());
        Assert.Equal(Verdict.Certain, entry.Is("withdrawn"));
        Assert.Equal(Verdict.No, entry.Is("de-jure"));
        Assert.Equal(new LastHeld("de-jure", Granted, null, null), entry.LastHeld);
    }

    [Fact]
    public void may_hold_while_the_day_of_withdrawal_is_uncertain()
    {
        var entry = Key.AsOf("2019-06", Granted, Key.Effect("withdrawn", "withdrawn", "2019"));

        Assert.Equal("withdrawn possible (de-jure)", entry.Said());
        Assert.Equal(Verdict.Possible, entry.Holds());
        Assert.Equal(["granted", "withdrawn"], entry.Because.Events());
        Assert.Null(entry.LastHeld);
    }

    [Fact]
    public void is_not_recorded_where_nothing_is()
    {
        var entry = Key.AsOf("2010");

        Assert.Equal(Verdict.NoRecord, entry.Holds());
        Assert.Equal(Verdict.NoRecord, entry.Is("none"));
        Assert.False(entry.IsListed);
    }

    [Fact]
    public void refused_is_a_value_and_a_no()
    {
        var entry = Key.AsOf("2010", Key.Effect("refusal", "refused", "2008-02"));

        Assert.Equal("refused certain", entry.Said());
        Assert.Equal(Verdict.No, entry.Holds());
        Assert.Equal(Verdict.Certain, entry.Is("refused"));
    }
}

public sealed class ValuesThatEnd
{
    private static readonly FactKey Key = FactKey.Of("representation", "plo", "ussr", null, null);
    private static readonly RecordedEffect Contact = Key.Effect("contact", "contact", "1964");
    private static readonly RecordedEffect Office = Key.Effect(
        "office",
        "representative-office",
        "[1974-06..1974-08]",
        until: "1981-10-20"
    );

    [Fact]
    public void still_hold_on_their_last_day()
    {
        var entry = Key.AsOf("1981-10-20", Contact, Office);

        Assert.Equal("representative-office certain", entry.Said());
        Assert.Equal("1981-10-20", entry.Until?.Edtf);
        Assert.Equal((new Day(1612), new Day(1703)), (entry.Since!.Earliest!.Value, entry.Since.Latest!.Value));
    }

    [Fact]
    public void do_not_bring_an_earlier_one_back()
    {
        var entry = Key.AsOf("1981-10-21", Contact, Office);

        Assert.Equal("none certain", entry.Said());
        Assert.Equal(Verdict.No, entry.Holds());
        Assert.Equal(["office"], entry.Because.Events());
        Assert.Equal("representative-office", entry.LastHeld?.Value);
    }

    [Fact]
    public void are_possible_where_it_is_unknown_when_they_began() =>
        Assert.Equal("representative-office possible (contact)", Key.AsOf("1974-07-01", Contact, Office).Said());

    [Fact]
    public void are_possible_where_it_is_unknown_when_they_ended()
    {
        var office = Key.Effect("office", "representative-office", "1974", until: "1981");

        Assert.Equal("representative-office certain", Key.AsOf("1981-01-01", Contact, office).Said());
        Assert.Equal("representative-office possible (none)", Key.AsOf("1981-01-02", Contact, office).Said());
        Assert.Equal("representative-office possible (none)", Key.AsOf("1981-12-31", Contact, office).Said());
        Assert.Equal("none certain", Key.AsOf("1982-01-01", Contact, office).Said());
    }

    [Fact]
    public void with_an_end_at_some_unknown_day_are_possible_from_then_on() =>
        Assert.Equal(
            "representative-office possible (none)",
            Key.AsOf("2020", Key.Effect("office", "representative-office", "1974", until: "[1974..]")).Said()
        );

    [Fact]
    public void do_not_end_before_they_begin() =>
        Assert.Equal(
            "embassy certain",
            Key.AsOf("1990-05-01", Key.Effect("opened", "embassy", "1990-05-01", until: "1990")).Said()
        );

    [Fact]
    public void began_on_or_before_their_last_possible_day() =>
        Assert.Equal(
            "none certain",
            Key.AsOf("1995", Key.Effect("opened", "embassy", "[1990..1999]", until: "1991")).Said()
        );

    [Fact]
    public void of_a_visit_announced_do_not_hold_yet()
    {
        var entry = Key.AsOf("1989", Key.Effect("opened", "embassy", "1990"));

        Assert.Equal(Verdict.No, entry.Holds());
        Assert.Equal(Verdict.Certain, entry.Is("none"));
    }
}

public sealed class UncertainDays
{
    private static readonly FactKey Key = FactKey.Of("relations", "ussr", "israel", null, null);

    [Fact]
    public void leave_nothing_yet_possible_until_the_first_has_surely_begun() =>
        Assert.Equal("established possible (none)", Key.AsOf("1948-06", Key.Effect("a", "established", "1948")).Said());

    [Fact]
    public void leave_every_order_of_two_overlapping_windows_possible()
    {
        var established = Key.Effect("established", "established", "[1953-01..1953-06]");
        var severed = Key.Effect("severed", "severed", "[1953-03..1953-04]");

        Assert.Equal("established possible (severed)", Key.AsOf("1954", established, severed).Said());
        Assert.Equal("established possible (none, severed)", Key.AsOf("1953-03-01", established, severed).Said());
    }

    [Fact]
    public void shut_out_what_surely_began_earlier() =>
        Assert.Equal(
            "severed certain",
            Key.AsOf("1954", Key.Effect("e", "established", "1953-01"), Key.Effect("s", "severed", "1953-02")).Said()
        );

    [Fact]
    public void are_the_members_of_a_set_not_its_envelope()
    {
        var established = Key.Effect("e", "established", "[1950,1960]");
        var severed = Key.Effect("s", "severed", "1955");

        Assert.Equal("established possible (severed)", Key.AsOf("1961", established, severed).Said());
        Assert.Equal("severed certain", Key.AsOf("1957", established, severed).Said());
    }

    [Fact]
    public void with_no_first_day_may_have_come_before_anything() =>
        Assert.Equal(
            "established possible (severed)",
            Key.AsOf("1961", Key.Effect("e", "established", "[..1960]"), Key.Effect("s", "severed", "1955")).Said()
        );

    [Fact]
    public void of_one_value_are_no_doubt_about_it()
    {
        var entry = Key.AsOf("1954", Key.Effect("b", "severed", "1953-03"), Key.Effect("a", "severed", "1953"));

        Assert.Equal("severed certain", entry.Said());
        Assert.Equal(["a", "b"], entry.Because.Events());
        Assert.Equal("1953", entry.Since?.Edtf);
    }

    [Fact]
    public void show_a_value_rather_than_none_and_the_one_that_may_be_latest() =>
        Assert.Equal(
            "severed possible (established, none)",
            Key.AsOf(
                    "1953-06",
                    Key.Effect("n", "none", "1953"),
                    Key.Effect("e", "established", "[1953-02..1953-07]"),
                    Key.Effect("s", "severed", "[1953-02..1953-08]")
                )
                .Said()
        );

    [Fact]
    public void in_which_all_began_before_any_day_that_can_be_asked_leave_no_nothing()
    {
        var open = Key.Effect("e", "established", "1900") with { Begins = EffectDate.OpenBegin };

        Assert.Equal("established certain", Key.AsOf("-0500", open).Said());
        Assert.Equal("severed certain", Key.AsOf("1968", open, Key.Effect("s", "severed", "1967-06-10")).Said());
        Assert.Equal((null, null), (EffectDate.OpenBegin.Earliest, EffectDate.OpenBegin.Latest));
    }
}

public sealed class EffectsOfOneDay
{
    private static readonly FactKey Key = FactKey.Of("relations", "ussr", "israel", null, null);

    private static RecordedEffect Severed(int? order = null, string time = "") =>
        Key.Effect("severed", "severed", $"1953-02-12{time}", order: order);

    private static RecordedEffect Restored(int? order = null, string time = "") =>
        Key.Effect("restored", "established", $"1953-02-12{time}", order: order);

    [Fact]
    public void are_both_possible() =>
        Assert.Equal("established possible (severed)", Key.AsOf("1953-02-12", Severed(), Restored()).Said());

    [Fact]
    public void follow_the_order_recorded() =>
        Assert.Equal("severed certain", Key.AsOf("1953-02-12", Severed(order: 2), Restored(order: 1)).Said());

    [Fact]
    public void are_both_possible_where_one_has_no_order() =>
        Assert.Equal("severed possible (established)", Key.AsOf("1953-02-12", Severed(order: 2), Restored()).Said());

    [Fact]
    public void follow_the_time_of_day() =>
        Assert.Equal(
            "severed certain",
            Key.AsOf("1953-02-12", Severed(time: "T18:00:00"), Restored(time: "T09:00:00")).Said()
        );

    /// <summary>Severed at six follows restored at nine; that a third follows severed by its order does not bring restored back.</summary>
    [Fact]
    public void stay_behind_what_follows_them_though_that_is_followed_too() =>
        Assert.Equal(
            "resumed certain",
            Key.AsOf(
                    "1953-02-12",
                    Key.Effect("resumed", "resumed", "1953-02-12", order: 2),
                    Severed(order: 1, time: "T18:00:00"),
                    Restored(time: "T09:00:00")
                )
                .Said()
        );

    [Fact]
    public void are_all_possible_where_orders_and_times_go_round_in_a_ring() =>
        Assert.Equal(
            "resumed possible (established, severed)",
            Key.AsOf(
                    "1953-02-12",
                    Key.Effect("resumed", "resumed", "1953-02-12T06:00:00", order: 2),
                    Severed(order: 1, time: "T18:00:00"),
                    Restored(time: "T09:00:00")
                )
                .Said()
        );

    [Fact]
    public void follow_the_order_rather_than_the_time_of_day() =>
        Assert.Equal(
            "established certain",
            Key.AsOf("1953-02-12", Severed(order: 1, time: "T18:00:00"), Restored(order: 2, time: "T09:00:00")).Said()
        );

    [Fact]
    public void with_a_zone_compare_as_instants() =>
        Assert.Equal(
            "established certain",
            Key.AsOf("1953-02-12", Severed(time: "T18:00:00+03:00"), Restored(time: "T16:00:00Z")).Said()
        );

    [Fact]
    public void with_and_without_a_zone_do_not_compare() =>
        Assert.Equal(
            "established possible (severed)",
            Key.AsOf("1953-02-12", Severed(time: "T18:00:00"), Restored(time: "T09:00:00Z")).Said()
        );

    [Fact]
    public void have_no_order_while_a_day_is_uncertain() =>
        Assert.Equal(
            "established possible (severed)",
            Key.AsOf(
                    "1953-03",
                    Key.Effect("severed", "severed", "[1953-02-11..1953-02-12]", order: 1),
                    Key.Effect("restored", "established", "[1953-02-11..1953-02-12]", order: 2)
                )
                .Said()
        );
}

public sealed class DisputedAndRefuted
{
    private static readonly FactKey Key = FactKey.Of("representation", "plo", "ussr", null, null);

    [Fact]
    public void alone_only_claim()
    {
        var entry = Key.AsOf("1980", Key.Effect("said", "embassy", "1974", credibility: "disputed"));

        Assert.Equal("embassy claimed", entry.Said());
        Assert.Equal(Verdict.Claimed, entry.Holds());
        Assert.Equal(Verdict.Claimed, entry.Is("embassy"));
        Assert.Equal(Verdict.Possible, entry.Is("none"));
        Assert.Equal("disputed", entry.Credibility);
        Assert.Equal(["said"], entry.Because.Events());
        Assert.Empty(entry.DisputedBy);
    }

    [Fact]
    public void after_a_firm_end_only_claim() =>
        Assert.Equal(
            "embassy claimed",
            Key.AsOf(
                    "1985",
                    Key.Effect("end", "none", "1981"),
                    Key.Effect("said", "embassy", "1984", credibility: "disputed")
                )
                .Said()
        );

    [Fact]
    public void beside_a_firm_one_dispute_it()
    {
        var entry = Key.AsOf(
            "1985",
            Key.Effect("opened", "embassy", "1981", credibility: "confirmed"),
            Key.Effect("closed", "none", "1984", credibility: "disputed")
        );

        Assert.Equal("embassy certain", entry.Said());
        Assert.Equal("confirmed", entry.Credibility);
        Assert.Equal(["opened"], entry.Because.Events());
        Assert.Equal(["closed"], entry.DisputedBy.Events());
        Assert.Equal(Verdict.Certain, entry.Holds());
    }

    [Fact]
    public void older_than_a_firm_end_say_nothing()
    {
        var entry = Key.AsOf(
            "1985",
            Key.Effect("said", "embassy", "1974", credibility: "disputed"),
            Key.Effect("end", "none", "1981")
        );

        Assert.Equal("none certain", entry.Said());
        Assert.Empty(entry.DisputedBy);
        Assert.Equal(Verdict.No, entry.Holds());
    }

    [Fact]
    public void older_than_a_firm_value_dispute_nothing() =>
        Assert.Empty(
            Key.AsOf(
                "1985",
                Key.Effect("said", "contact", "1974", credibility: "disputed"),
                Key.Effect("opened", "embassy", "1981")
            ).DisputedBy
        );

    [Fact]
    public void refusals_do_not_hold() =>
        Assert.Equal(
            Verdict.No,
            FactKey
                .Of("recognition", "a", "b", null, null)
                .AsOf(
                    "1985",
                    FactKey
                        .Of("recognition", "a", "b", null, null)
                        .Effect("x", "refused", "1980", credibility: "disputed")
                )
                .Holds()
        );

    [Fact]
    public void disputed_ends_alone_are_a_no_with_their_reason()
    {
        var entry = Key.AsOf("1985", Key.Effect("end", "none", "1981", credibility: "disputed"));

        Assert.Equal(Verdict.No, entry.Holds());
        Assert.Equal(["end"], entry.Because.Events());
    }

    [Fact]
    public void refuted_take_part_in_nothing() =>
        Assert.Equal(
            Verdict.NoRecord,
            Key.AsOf("1985", Key.Effect("said", "embassy", "1974", credibility: "refuted")).Holds()
        );
}

public sealed class KindsWithSeveralValues
{
    private static readonly FactKey Support = FactKey.Of("support", "ussr", "plo", null, null);
    private static readonly FactKey Arms = FactKey.Of("support", "ussr", "plo", null, "arms");
    private static readonly FactKey Training = FactKey.Of("support", "ussr", "plo", null, "training");
    private static readonly RecordedEffect ArmsGiven = Support.Effect("arms-given", "arms", "1970");
    private static readonly RecordedEffect Trained = Support.Effect("trained", "training", "1972", until: "1975-12-31");
    private static readonly RecordedEffect AllEnded = Support.Effect("ended", "none", "1991");

    [Fact]
    public void hold_side_by_side()
    {
        Assert.Equal("arms certain", Arms.AsOf("1974", ArmsGiven, AllEnded).Said());
        Assert.Equal("training certain", Training.AsOf("1974", Trained, AllEnded).Said());
    }

    [Fact]
    public void end_one_by_one_by_their_last_day()
    {
        Assert.Equal("none certain", Training.AsOf("1976", Trained, AllEnded).Said());
        Assert.Equal("arms certain", Arms.AsOf("1976", ArmsGiven, AllEnded).Said());
    }

    [Fact]
    public void all_end_by_null()
    {
        var entry = Arms.AsOf("1992", ArmsGiven, AllEnded);

        Assert.Equal("none certain", entry.Said());
        Assert.Equal(new LastHeld("arms", ArmsGiven, null, null), entry.LastHeld);
        Assert.Equal(["ended"], entry.Because.Events());
    }

    [Fact]
    public void hold_where_one_of_them_does() =>
        Assert.Equal(
            Verdict.Certain,
            new[]
            {
                Arms.AsOf("1976", ArmsGiven, AllEnded).Holds(),
                Training.AsOf("1976", Trained, AllEnded).Holds(),
            }.OfAny()
        );

    [Fact]
    public void are_not_decided_by_the_effects_of_another_value()
    {
        Assert.Throws<ArgumentException>(() => Arms.AsOf("1976", ArmsGiven, Trained));
        Assert.Throws<ArgumentException>(() => Support.AsOf("1976", ArmsGiven));
    }
}

public sealed class UnknownLevelOfRepresentation
{
    private static readonly FactKey Key = FactKey.Of("representation", "plo", "ussr", null, null);

    [Fact]
    public void may_or_may_not_be_representation()
    {
        var entry = Key.AsOf("1980", Key.Effect("said", "unknown", "1974"));

        Assert.Equal("unknown certain", entry.Said());
        Assert.Equal(Verdict.Possible, entry.Holds());
        Assert.Equal(Verdict.Certain, entry.Is("unknown"));
    }
}
