using System.Text.Json.Serialization;
using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.AsOf;
using Chronology.Service.Store;
using Chronology.Service.Web;
using Chronology.Time;
using MediatR;
using Npgsql;

namespace Chronology.Service.Stances;

/// <summary>Where actors stood toward one another and on issues on a day, as known at a moment, by holder and toward, a page at a time.</summary>
/// <param name="Holder">Null: of every actor.</param>
/// <param name="Toward">An actor or an issue; null: toward all.</param>
public sealed record StancesOnADay(
    string Chronology,
    string? Holder,
    string? Toward,
    string? Cursor,
    int Limit,
    Axes Axes
) : IRequest<Result<StancesAnswer>>, IValidated
{
    public Rejection? Refusal() => TimelineCursor.Open(Cursor, Axes).Rejection;
}

/// <param name="Next">The cursor of the next page; null: this was the last.</param>
public sealed record StancesAnswer(
    Basis Basis,
    IReadOnlyList<StanceAnswer> Stances,
    string? Next,
    IReadOnlyList<Note> Notes
);

/// <summary>Where one actor stood.</summary>
/// <param name="Salience">1 (low) to 3, the mean of what the evidence states, by weight; null: nothing is stated.</param>
/// <param name="SayDoGap">Null: words or deeds alone are insufficient evidence.</param>
/// <param name="LastReaffirmed">The day of the last evidence on the side of the declared position, where none is declared of the revealed one.</param>
/// <param name="Stale">certain, possible or no: whether that is longer ago than the rules say, ten years at first.</param>
/// <param name="Window">From the first possible day of the evidence to the last.</param>
/// <param name="Count">How many pieces of evidence take a position.</param>
/// <param name="Evidence">All by (earliest, latest, key), also what takes no position.</param>
public sealed record StanceAnswer(
    string Holder,
    string Toward,
    DeclaredAnswer Declared,
    RevealedAnswer Revealed,
    decimal? Salience,
    SayDoAnswer? SayDoGap,
    SpanAnswer? LastReaffirmed,
    Certainty? Stale,
    SpanAnswer? Window,
    int Count,
    IReadOnlyList<EvidenceAnswer> Evidence
);

/// <summary>The functional fact, as <c>/facts</c> gives it, and who declared it.</summary>
/// <param name="HeldAs">As there; likewise <paramref name="TowardAs"/>.</param>
/// <param name="Value"><c>none</c> where nothing is declared then.</param>
public sealed record DeclaredAnswer(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? HeldAs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TowardAs,
    string Value,
    FactCertainty Certainty,
    IReadOnlyList<string> Alternatives,
    DayAnswer? Since,
    DayAnswer? Until,
    string? Basis,
    string? Authority,
    string? Speaker,
    string? Credibility,
    IReadOnlyList<BecauseAnswer> Because,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<BecauseAnswer>? DisputedBy
);

/// <summary>The position that the evidence shows; all but the verdict null where it is insufficient.</summary>
/// <param name="Verdict">certain or possible: enough evidence, or only with what may not have happened or is disputed; insufficient-evidence.</param>
/// <param name="Value">A position, or ambiguous.</param>
/// <param name="Position">-2 (strongly opposes) to 2, at most two decimals, like its bounds.</param>
/// <param name="Low">The least that any dates and credibilities of the evidence give.</param>
/// <param name="High">The greatest.</param>
/// <param name="Supporting">The share of the weight, 0 to 1; likewise <paramref name="Neutral"/> and <paramref name="Opposing"/>.</param>
public sealed record RevealedAnswer(
    StanceVerdict Verdict,
    string? Value,
    decimal? Position,
    decimal? Low,
    decimal? High,
    decimal? Supporting,
    decimal? Neutral,
    decimal? Opposing
);

/// <param name="Say">The position that statements and policies show.</param>
/// <param name="Do">The position that votes, sponsorships and actions show.</param>
/// <param name="Gap">The first less the second: above 0 it speaks more favourably than it acts.</param>
public sealed record SayDoAnswer(decimal Say, decimal Do, decimal Gap);

/// <summary>Days, ISO 8601; null where none is known on that side.</summary>
public sealed record SpanAnswer(string? Earliest, string? Latest)
{
    public static SpanAnswer? Of(DayRange? days) =>
        days is null ? null : new(days.Earliest?.ToString(), days.Latest?.ToString());
}

/// <summary>One piece of evidence, and what it weighs on the day asked about.</summary>
/// <param name="HeldAs">The predecessor that it is recorded of, in the holder's place; likewise <paramref name="TowardAs"/>.</param>
/// <param name="Position">Of the revision.</param>
/// <param name="Value">The position taken; none where it was given up.</param>
/// <param name="P">What it counts as, -2 to 2; null: as no position.</param>
public sealed record EvidenceAnswer(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? HeldAs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TowardAs,
    string Event,
    int Revision,
    long Position,
    DayAnswer Date,
    Certainty Happened,
    string? Basis,
    string? Vote,
    string Value,
    decimal? P,
    string? Salience,
    string? Authority,
    string? Speaker,
    string Credibility,
    WeightAnswer Weight,
    IReadOnlyList<Citation> Citations
);

/// <summary>Salience times credibility times what time has left, at most four decimals; 1 is a confirmed remark of low salience on its day.</summary>
/// <param name="Low">The least that its dates and credibility allow; likewise <paramref name="High"/>.</param>
public sealed record WeightAnswer(decimal Value, decimal Low, decimal High)
{
    private const long TenThousandth = EvidenceWeight.One / 10_000;

    public static WeightAnswer Of(EvidenceWeight weight) =>
        new(Decimal(weight.Estimate), Decimal(weight.Low), Decimal(weight.High));

    private static decimal Decimal(long weight) => (weight + TenThousandth / 2) / TenThousandth / 10_000m;
}

/// <summary>Tells stances, by the rules of the moment.</summary>
public sealed class StanceTelling(Facts facts, Reading source)
{
    /// <summary>The stances among these facts, in their order; one of which nothing may have begun is none.</summary>
    public async Task<IReadOnlyList<StanceAnswer>> OfAsync(
        Moment moment,
        Identity identity,
        IReadOnlyList<FactEffects> page,
        CancellationToken ct
    )
    {
        var evidence = await EvidenceAsync(moment, page, ct);
        var stances = page.Select(fact =>
                Stance.Of(
                    fact.AsOf(moment.AsOf),
                    fact.Heritage,
                    fact.Heritage.Sources.SelectMany(of => evidence[of.Key]),
                    moment.AsOf,
                    moment.Rules.Stances
                )
            )
            .OfType<Stance>()
            .ToList();
        var citations = await facts.CitationsAsync(
            moment,
            stances.SelectMany(stance =>
                FactTelling.Rests(stance.Declared).Concat(stance.Evidence.Select(piece => piece.Effect))
            ),
            ct
        );
        return [.. stances.Select(stance => Tell(stance, identity.HeritageOf(stance.Declared.Key), citations))];
    }

    /// <summary>All effects that may have begun by the day on the keys that make up the histories of these facts, by index.</summary>
    private async Task<ILookup<FactKey, RecordedEffect>> EvidenceAsync(
        Moment moment,
        IReadOnlyList<FactEffects> page,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            """
            select e.event, e.idx, e.from_position, e.effect::text
            from chronology.effect e
            where e.fact = any ($1) and e.start_first <= $2 and e.from_position <= $3 and e.to_position > $3
            """
        );
        command.Parameters.AddWithValue(
            page.SelectMany(fact => fact.Heritage.Sources)
                .Select(heritage => heritage.Key.IdIn(moment.Chronology))
                .Distinct()
                .ToArray()
        );
        command.Parameters.AddWithValue(moment.AsOf.Number);
        command.Parameters.AddWithValue(moment.Position);
        var effects = new List<RecordedEffect>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            effects.Add(
                StoredEffect.Read(reader.GetString(0), reader.GetInt16(1), reader.GetInt64(2), reader.GetString(3))
            );
        }
        return effects.ToLookup(effect => effect.Key);
    }

    private static StanceAnswer Tell(
        Stance stance,
        Heritage heritage,
        IReadOnlyDictionary<(string Event, long Position), ValueList<Citation>> citations
    )
    {
        var (declared, revealed) = (FactTelling.Tell(stance.Declared, citations), stance.Revealed);
        return new(
            declared.Holder,
            declared.Toward!,
            new(
                declared.HeldAs,
                declared.TowardAs,
                declared.Value,
                declared.Certainty,
                declared.Alternatives,
                declared.Since,
                declared.Until,
                stance.DeclaredBy?.Stance?.Basis,
                stance.DeclaredBy?.Stance?.Authority,
                stance.DeclaredBy?.Stance?.Speaker,
                declared.Credibility,
                declared.Because,
                declared.DisputedBy
            ),
            new(
                revealed.Verdict,
                revealed.Position?.Value,
                revealed.Position?.Mean / 100m,
                revealed.Position?.Low / 100m,
                revealed.Position?.High / 100m,
                revealed.Position?.Supporting / 100m,
                revealed.Position?.Neutral / 100m,
                revealed.Position?.Opposing / 100m
            ),
            stance.Salience / 100m,
            stance.Gap is { } gap ? new(gap.Say / 100m, gap.Do / 100m, gap.Gap / 100m) : null,
            SpanAnswer.Of(stance.LastReaffirmed),
            stance.Stale,
            SpanAnswer.Of(stance.Window),
            stance.Count,
            [
                .. stance.Evidence.Select(piece =>
                {
                    var effect = piece.Effect;
                    var of = heritage.SourceOf(effect);
                    return new EvidenceAnswer(
                        of?.HeldAs,
                        of?.TowardAs,
                        effect.Event,
                        effect.Revision,
                        effect.Position,
                        DayAnswer.Of(effect.Begins)!,
                        piece.Happened,
                        effect.Stance?.Basis,
                        effect.Stance?.Vote,
                        effect.Value ?? Rules.Vocabulary.None,
                        piece.Halves / 2m,
                        effect.Stance?.Salience,
                        effect.Stance?.Authority,
                        effect.Stance?.Speaker,
                        effect.Credibility,
                        WeightAnswer.Of(piece.Weight),
                        citations.GetValueOrDefault((effect.Event, effect.Position)) ?? []
                    );
                }),
            ]
        );
    }
}

public sealed class StancesOnADayHandler(
    Moments moments,
    Identities identities,
    Facts facts,
    StanceTelling telling,
    Silences silences,
    NpgsqlDataSource source
) : IRequestHandler<StancesOnADay, Result<StancesAnswer>>
{
    public async Task<Result<StancesAnswer>> Handle(StancesOnADay request, CancellationToken cancellationToken)
    {
        var place = TimelineCursor.Open(request.Cursor, request.Axes).Value;
        var resolved = await moments.ResolveAsync(request.Chronology, place.Axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
        {
            return place.Cursor is not null && place.Axes.AsOf is null && rejection.Code == "invalid-parameter"
                ? TimelineCursor.Forged
                : rejection;
        }
        var moment = resolved.Value;
        var selection = FactQuestion.Selection(Stance.Kind, request.Holder, request.Toward, null, null);
        var identity = await identities.AtAsync(moment, cancellationToken);
        var found = await facts.ReadAsync(moment, identity, selection, cancellationToken);
        var first = (int)Math.Clamp(place.Cursor?.Place.First ?? 0, 0, found.Count);
        var page = found.Skip(first).Take(request.Limit).ToList();
        var next = first + page.Count;
        return new StancesAnswer(
            moment.Basis,
            await telling.OfAsync(moment, identity, page, cancellationToken),
            next < found.Count ? TimelineCursor.Write(new(moment.Position, new(next, 0, 0, Stance.Kind))) : null,
            await NotesAsync(
                request,
                moment,
                identity,
                isSilent: !found.Any(fact => fact.Effects.Any(effect => MayHaveBegun(fact.Heritage, effect))),
                cancellationToken
            )
        );

        bool MayHaveBegun(Heritage heritage, RecordedEffect effect) =>
            heritage.SourceOf(effect) is { } from
            && StanceEvidence.Of(effect, from, moment.AsOf, moment.Rules.Stances) is not null;
    }

    private async Task<IReadOnlyList<Note>> NotesAsync(
        StancesOnADay request,
        Moment moment,
        Identity identity,
        bool isSilent,
        CancellationToken ct
    )
    {
        var keys = new[] { request.Holder, request.Toward }.OfType<string>().ToArray();
        var noActors = await Recorded.MissingAsync(
            source,
            moment,
            RecordKind.Actor,
            keys.Select(identity.Surviving),
            ct
        );
        var actors = keys.Where(key => !noActors.Contains(identity.Surviving(key))).ToList();
        var notes = Silences.Merged(keys.Distinct(StringComparer.Ordinal), identity).ToList();
        if (request.Holder is { } holder && !actors.Contains(holder))
            notes.Add(Silences.UnknownActor(holder));
        if (request.Toward is { } toward && !actors.Contains(toward))
        {
            if (await Recorded.MissingAsync(source, moment, RecordKind.Issue, [toward], ct) is [_])
                notes.Add(new("unknown-issue", $"No issue or actor “{toward}” was recorded at that position."));
        }
        if (isSilent)
        {
            var sides = keys.Where(key => key == request.Holder || actors.Contains(key))
                .Select(identity.Surviving)
                .Distinct(StringComparer.Ordinal)
                .ToArray();
            var parties = sides is [var one, var other] ? new Parties([one], [other]) : new(sides, []);
            notes.Add(await silences.NoRecordAsync(moment, parties, identity, ct));
        }
        return
        [
            .. notes
                .OrderBy(note => note.Code, StringComparer.Ordinal)
                .ThenBy(note => note.Detail, StringComparer.Ordinal),
        ];
    }
}

/// <summary><c>GET /stances</c></summary>
public static class StancesEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion("/stances", Read, "holder", "toward", "cursor", "limit", "asOf", "knownAt")
            .WithName("stances")
            .WithSummary("Where actors stood, declared and revealed, with the evidence and what each piece weighs")
            .WithTags("questions");

    public static StancesOnADay Read(string chronology, Parameters query) =>
        new(
            chronology,
            query.Text("holder"),
            query.Text("toward"),
            query.Text("cursor"),
            query.Number("limit", 1, EventTimeline.GreatestLimit) ?? EventTimeline.DefaultLimit,
            query.Axes()
        );
}
