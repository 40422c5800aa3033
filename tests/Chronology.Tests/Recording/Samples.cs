using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Actors;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Sources;

namespace Chronology.Tests.Recording;

/// <summary>The records that the tests speak of, and one of each stored domain event.</summary>
internal static class Samples
{
    public static readonly RecordId Id = new(RecordKind.Event, "ussr-recognises-israel");
    public static readonly RecordId Ussr = new(RecordKind.Actor, "ussr");
    public static readonly RecordId Plan = new(RecordKind.Issue, "partition-plan");
    public static readonly RecordId Book = new(RecordKind.Source, "ref-3");

    public static readonly RecordId Division = new(RecordKind.Scheme, "article");
    public static readonly RecordId Soviet = RecordId.Era("article", "soviet-period");

    public const string EventBody = """
        {"key":"ussr-recognises-israel","type":"recognition-granted","occurred":"1948-05",
         "title":"Soviet Union recognises Israel de jure",
         "actors":[{"actor":"ussr","role":"actor"},{"actor":"israel","role":"recipient"}],
         "effects":[{"fact":"recognition","holder":"ussr","toward":"israel","value":"de-jure"}],
         "citations":[{"source":"ref-3","locator":"p. 620","quote":"…"},{"source":"ref-4"}]}
        """;

    public static readonly EventContent Recognition = (EventContent)Read(RecordKind.Event, EventBody);

    public static readonly EventContent Vote = (EventContent)Read(
        RecordKind.Event,
        """
        {"key":"vote","type":"vote-cast","occurred":"1975-11-10","reading":"occurrence","start":null,"end":null,"order":2,
         "title":"Голосование — التصويت","description":"Résolution “3379”\n","place":"New York",
         "actors":[{"actor":"ussr","role":"actor"}],
         "effects":[{"fact":"stance","holder":"ussr","toward":"resolution-3379","value":"supports","from":"1975-11-10","until":"1991-12-16",
           "basis":"vote","vote":"yes","salience":"high","authority":"government","speaker":"malik"}],
         "intensity":-4.50,"credibility":"disputed","calendar":"gregorian","asWritten":"10 November 1975","anchor":null,
         "citations":[],"noSource":"citation needed","tags":["un","zionism"]}
        """
    );

    public static readonly ActorContent SovietUnion = (ActorContent)Read(
        RecordKind.Actor,
        """
        {"key":"ussr","kind":"state","name":"Soviet Union","names":[{"name":"USSR","from":"1922-12-30","until":null}],
         "existed":"1922-12-30/1991-12-26","successors":[{"actor":"russia","kind":"continuator","on":"1991-12"}],
         "citations":[{"source":"ref-3","locator":null,"quote":null}]}
        """
    );

    public static readonly IssueContent Partition = (IssueContent)Read(
        RecordKind.Issue,
        """{"key":"partition-plan","title":"United Nations Partition Plan for Palestine","wording":"…","citations":[{"source":"ref-3"}]}"""
    );

    public static readonly SourceContent Article = (SourceContent)Read(
        RecordKind.Source,
        """
        {"key":"ref-3","kind":"secondary","csl":{"type":"article-journal","title":"Recognition","author":[{"family":"Brown","given":"P. M."}],
         "issued":{"date-parts":[[1948,7]]},"volume":42,"peer":true,"note":null},
         "url":"https://example.org/a","archivedUrl":null,"accessed":"2023-11-16","publisher":"AJIL"}
        """
    );

    public static readonly SchemeContent ArticlesDivision = (SchemeContent)Read(
        RecordKind.Scheme,
        """{"key":"article","title":"The article's own division","author":"Wikipedia"}"""
    );

    public static readonly EraContent SovietPeriod = (EraContent)Read(
        RecordKind.Era,
        """
        {"scheme":"article","key":"soviet-period","title":"Soviet period","span":"1956/1990","summary":"…",
         "opens":"first-arms","closes":null,"citations":[{"source":"ref-3","locator":"p. 1","quote":null}]}
        """
    );

    public static readonly Coding Coded = new(
        "icews",
        "47400351",
        "2",
        "Vietnam News Agency Bulletin",
        "https://example.org/report",
        "2018-06-02",
        12,
        3,
        4,
        "-1.25",
        [
            new("32889836", "2018-06-01", "040", "1.0", new("Bangladesh", "BGD", "NA", "Bangladesh"), null),
            new("32889837", "2018-06-01", "040", "1.0", null, new("Bangladesh", "BGD", "NA", "Bangladesh")),
        ]
    );

    /// <summary>One of every stored domain event; a reflection test sees to it that none is left out.</summary>
    public static readonly DomainEvent[] Each =
    [
        new DiplomaticEvent.Recorded(Vote),
        new DiplomaticEvent.DateRefined(new("1948-05-17", "occurrence", null, null, 1, "gregorian", "May 17, 1948")),
        new DiplomaticEvent.DateCorrected(new(null, "extent", "1967-06-05", "..", null, "julian", null)),
        new DiplomaticEvent.Retyped("relations-established"),
        new DiplomaticEvent.DescriptionCorrected("Title", "Description", null, ["tag"]),
        new DiplomaticEvent.ActorsCorrected([new("ussr", "actor"), new("israel", "third-party")]),
        new DiplomaticEvent.EffectsCorrected(Vote.Effects),
        new DiplomaticEvent.IntensityOverridden(7.25m),
        new DiplomaticEvent.SourceAttached(1, new("ref-3", "p. 620", "quote")),
        new DiplomaticEvent.SourceDetached(0, "ref-3"),
        new DiplomaticEvent.NoSourceExplained("citation needed"),
        new DiplomaticEvent.CredibilityReassessed("confirmed"),
        new DiplomaticEvent.CodingCorrected(Coded),
        new DiplomaticEvent.Disputed(),
        new DiplomaticEvent.DisputeResolved("reported"),
        new DiplomaticEvent.Retracted(),
        new DiplomaticEvent.Reinstated(),
        new DiplomaticEvent.Merged("other"),
        new DiplomaticEvent.Split(),
        new Actor.Recorded(SovietUnion),
        new Actor.Reclassified("government"),
        new Actor.Renamed("USSR"),
        new Actor.NamesCorrected(SovietUnion.Names),
        new Actor.LifespanCorrected("1922/1991"),
        new Actor.SuccessionCorrected(SovietUnion.Successors),
        new Actor.MarkedProvisional(true),
        new Actor.SourceAttached(0, new("ref-3", null, null)),
        new Actor.SourceDetached(0, "ref-3"),
        new Actor.Retracted(),
        new Actor.Reinstated(),
        new Actor.Merged("russia"),
        new Actor.Split(),
        new Issue.Recorded(Partition),
        new Issue.Retitled("Title"),
        new Issue.Reworded(null),
        new Issue.SourceAttached(0, new("ref-3", null, "quote")),
        new Issue.SourceDetached(0, "ref-3"),
        new Issue.Retracted(),
        new Issue.Reinstated(),
        new Source.Recorded(Article),
        new Source.Reclassified("primary"),
        new Source.DescriptionCorrected(Article.Csl, null),
        new Source.LinksCorrected("https://example.org/b", null, "2024"),
        new Source.Retracted(),
        new Source.Reinstated(),
        new Scheme.Recorded(ArticlesDivision),
        new Scheme.Retitled("Title"),
        new Scheme.AuthorCorrected(null),
        new Scheme.Retracted(),
        new Scheme.Reinstated(),
        new Era.Recorded(SovietPeriod),
        new Era.SpanRefined("1956-10/1990", null, null),
        new Era.SpanCorrected(null, "[1955,1956]", ".."),
        new Era.DescriptionCorrected("Title", null),
        new Era.TurningPointsCorrected("opening", "closing"),
        new Era.SourceAttached(1, new("ref-4", "p. 620", "quote")),
        new Era.SourceDetached(0, "ref-3"),
        new Era.Retracted(),
        new Era.Reinstated(),
        new TheChronology.RulesAdopted(2),
    ];

    public static JsonElement Json(string json) => StrictJson.Parse(Encoding.UTF8.GetBytes(json)).Value;

    public static RecordContent Read(RecordKind kind, string body) =>
        RecordJson.ReadRecord(kind, Json(body)).Value.Content;

    public static Reason Because(string code = "correction") => new(code, "a note");

    public static Command Correct(RecordId id, string changes, string reason = "correction") =>
        new Command.Correct(id, JsonNode.Parse(changes)!.AsObject(), Because(reason), []);

    public static Given Given(RecordId id, params DomainEvent[] before) => new(id, before);
}

/// <summary>given / when / then over one record, each domain event a revision of its own.</summary>
internal sealed record Given(RecordId Id, DomainEvent[] Before)
{
    public RecordState? State { get; } =
        Before.Aggregate((RecordState?)null, (state, change) => Folding.Revise(state, Id, [change]));

    public When When(Command command) => new(Deciding.Decide(command, State), State);
}

internal sealed record When(Result<Decision> Decision, RecordState? State)
{
    public Decision.Changed Changed => (Decision.Changed)Decision.Value;

    public void Then(params DomainEvent[] changes)
    {
        Assert.Equal(changes, Changed.Events);
        Assert.Equal((State?.Revision ?? 0) + 1, Changed.After.Revision);
    }

    public void ThenNothing() => Assert.Equal(new Decision.Unchanged(State!), Decision.Value);

    public void ThenRefused(string code, string? pointer = null)
    {
        Assert.Equal(code, Decision.Rejection?.Code);
        if (pointer is not null)
            Assert.Equal(pointer, Decision.Rejection?.Pointer);
    }
}
