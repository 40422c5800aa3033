using Chronology.Actors;
using Chronology.Recording;
using Chronology.Time;
using CsCheck;

namespace Chronology.Tests.Actors;

public sealed class MatchingNames
{
    private static readonly Day In2018 = Day.Of(2018, 6, 1);
    private static readonly Day In1950 = Day.Of(1950, 6, 1);

    private readonly NamedActors actors = new();

    private void Add(string key, string body, RecordStatus status = RecordStatus.Active, string? into = null)
    {
        var read = RecordJson.ReadRecord(
            RecordKind.Actor,
            StrictJson.Parse(System.Text.Encoding.UTF8.GetBytes($$"""{"key":"{{key}}",{{body}}}""")).Value
        );
        actors.Put(new(new(RecordKind.Actor, key), 1, status, read.Value.Content, null, into));
    }

    private string? On(Day day, string name) => actors.Find(name, day, day);

    [Theory]
    [InlineData("YASSER ARAFAT")]
    [InlineData("Yasir Arafat")]
    [InlineData("Yāser ʿArafāt")]
    [InlineData("Ясир Арафат")]
    public void ignores_case_marks_scripts_and_who_transliterated(string name)
    {
        Add("arafat", """ "kind":"person","name":"Yasser Arafat" """);
        Assert.Equal("arafat", On(In1950, name));
    }

    [Theory]
    [InlineData("Muammar Gaddafi", "Moammar Qadhafi")]
    [InlineData("Gaddafi", "Qaddafi")]
    [InlineData("Saddam Hussein", "Saddam Husayn")]
    [InlineData("Bashar al-Assad", "Bashar Asad")]
    [InlineData("Mohammed Morsi", "Muhammad Mursi")]
    public void hears_spellings_of_one_name_as_one(string one, string other) =>
        Assert.Equal(NameForms.Sounded(one), NameForms.Sounded(other));

    [Theory]
    [InlineData("Mahmoud Abbas", "Mohammed Abbas")]
    [InlineData("Niger", "Nigeria")]
    [InlineData("Iran", "Iraq")]
    [InlineData("Austria", "Australia")]
    [InlineData("Kim Jong Il", "Kim Jong Un")]
    [InlineData("Ali Khamenei", "Ali Khomeini")]
    [InlineData("Slovakia", "Slovenia")]
    public void keeps_others_apart(string one, string other) =>
        Assert.NotEqual(NameForms.Sounded(one), NameForms.Sounded(other));

    [Fact]
    public void takes_short_names_only_as_they_are_written()
    {
        Add("syria", """ "kind":"state","name":"Syria" """);
        Assert.Equal("syria", On(In2018, "SYRIA"));
        Assert.Null(On(In2018, "Sierra"));
    }

    [Fact]
    public void goes_by_the_names_and_the_life_of_the_day()
    {
        Add(
            "ussr",
            """ "kind":"state","name":"Soviet Union","names":[{"name":"Russia"}],"existed":"1922-12-30/1991-12-26" """
        );
        Add(
            "russia",
            """ "kind":"state","name":"Russian Federation","names":[{"name":"Russia","from":"1991-12-26"}] """
        );
        Assert.Equal(("ussr", "russia"), (On(In1950, "Russia"), On(In2018, "Russia")));
        Assert.Null(On(In2018, "Soviet Union"));
    }

    [Fact]
    public void guesses_nothing_where_two_bear_the_name_and_proposes_both()
    {
        Add("congo", """ "kind":"state","name":"Congo" """);
        Add("drc", """ "kind":"state","name":"DR Congo","names":[{"name":"Congo"}] """);
        Assert.Null(On(In2018, "Congo"));

        var waiting = actors.KeyFor("Congo");
        Add(waiting, """ "kind":"state","name":"Congo","provisional":true """);
        Assert.Equal(waiting, On(In2018, "Congo"));
        Assert.Equal(
            [("congo", 100, ProposalReason.SameName), ("drc", 100, ProposalReason.SameName)],
            actors.Propose("Congo", waiting, 5).Select(p => (p.Actor, p.Similarity, p.Why))
        );
    }

    [Fact]
    public void follows_the_editor_who_merged_the_provisional_one()
    {
        Add("congo", """ "kind":"state","name":"Congo" """);
        Add("drc", """ "kind":"state","name":"DR Congo","names":[{"name":"Congo"}] """);
        Add("congo-1", """ "kind":"state","name":"Congo","provisional":true """, RecordStatus.Merged, "drc");
        Assert.Equal("drc", On(In2018, "Congo"));
    }

    [Fact]
    public void never_takes_a_provisional_one_by_sound()
    {
        Add("yasser-arafat", """ "kind":"person","name":"Yasser Arafat","provisional":true """);
        Assert.Null(On(In2018, "Yasir Arafat"));
        Add("yasir-arafat", """ "kind":"person","name":"Yasir Arafat","provisional":true """);
        Assert.Equal(
            [("yasser-arafat", ProposalReason.SoundsAlike)],
            actors.Propose("Yasir Arafat", "yasir-arafat", 5).Select(p => (p.Actor, p.Why))
        );
    }

    [Fact]
    public void compares_what_stands_in_brackets_apart()
    {
        Add("police-india", """ "kind":"government","name":"Police (India)" """);
        Add("police-iran", """ "kind":"government","name":"Police (Iran)","provisional":true """);
        Assert.Empty(actors.Propose("Police (Iran)", "police-iran", 5));
    }

    [Fact]
    public void makes_a_key_that_nobody_has()
    {
        Add("israel", """ "kind":"state","name":"State of Israel" """);
        var key = actors.KeyFor("Israel");
        Assert.Matches("^israel-[0-9a-f]{8}$", key);
        Assert.Equal(key, actors.KeyFor("ISRAEL"));
        Assert.Matches("^actor-[0-9a-f]{8}$", actors.KeyFor("فلسطين"));
        Assert.Equal("cote-divoire", actors.KeyFor("Côte d’Ivoire"));
    }

    [Fact]
    public void makes_keys_of_any_text() =>
        Gen.String[0, 300].Sample(name => Keys.IsKey(NameForms.Key(name)) && Keys.IsKey(NameForms.Key(name, true)));

    [Fact]
    public void folds_what_is_folded_to_itself() =>
        Gen.String[0, 60]
            .Where(text => text.IsNormalized())
            .Sample(text => NameForms.Folded(NameForms.Folded(text)) == NameForms.Folded(text));

    [Fact]
    public void is_as_alike_one_way_as_the_other() =>
        Gen.Select(Gen.String[Gen.Char["abcde "], 0, 20], Gen.String[Gen.Char["abcde "], 0, 20])
            .Sample(
                (one, other) =>
                {
                    var likeness = NameForms.Likeness(one, other);
                    Assert.Equal(likeness, NameForms.Likeness(other, one));
                    Assert.InRange(likeness, 0, 100);
                    Assert.Equal(one == other, likeness == 100);
                }
            );
}
