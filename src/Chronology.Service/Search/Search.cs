using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Search;

/// <summary>Records whose names, aliases or texts have all the words asked for, whatever their case and diacritics.</summary>
/// <param name="Text">1 to 200 characters. The last word may be the beginning of one: names complete.</param>
public sealed record SearchRecords(string Chronology, string? Text, string? Cursor, int Limit, Axes Axes)
    : IRequest<Result<SearchAnswer>>,
        IValidated
{
    public const int DefaultLimit = 20;
    public const int GreatestLimit = 100;

    public Rejection? Refusal() =>
        Text is not { Length: > 0 and <= 200 } || Words.Count == 0
            ? new("invalid-parameter", "“q” is what to look for: 1 to 200 characters.")
        : Cursor is not null && Axes.KnownAt is not null
            ? new("invalid-parameter", "“knownAt”: the cursor has fixed it already.")
        : SearchCursor.Read(Cursor).Rejection;

    /// <summary>The words in lower case.</summary>
    public IReadOnlyList<string> Words => SearchText.WordsOf(Text);
}

/// <param name="Next">The cursor of the next page; null: this was the last.</param>
public sealed record SearchAnswer(Basis Basis, IReadOnlyList<Found> Results, string? Next);

/// <param name="Record">actor, issue, event, source, scheme or era.</param>
/// <param name="Title">An actor's name, an issue's, event's, scheme's or era's title, a source's title where it has one.</param>
/// <param name="Names">An actor's other names.</param>
/// <param name="Scheme">An era's.</param>
/// <param name="IsCalledSo">Its key, or one of its names, is all that was asked for.</param>
public sealed record Found(
    string Record,
    string Key,
    string Title,
    IReadOnlyList<string> Names,
    string Status,
    int Revision,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Scheme,
    [property: JsonIgnore] bool IsCalledSo
);

/// <summary>An opaque place among results, and the position at which they are read.</summary>
public sealed record SearchCursor(long Known, int Rank, int Kind, string Key)
{
    private static readonly Rejection Forged = new(
        "invalid-parameter",
        "“cursor” is none that this service has given out."
    );

    public override string ToString() =>
        Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"s|{Known}|{Rank}|{Kind}|{Key}"))
        );

    public static Result<SearchCursor?> Read(string? text)
    {
        if (text is null)
            return (SearchCursor?)null;
        if (text.Length > 500 || !Base64Url.IsValid(text))
            return Forged;
        return
            Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('|')
                is ["s", var known, var rank, var kind, var key]
            && long.TryParse(known, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            && int.TryParse(rank, NumberStyles.None, CultureInfo.InvariantCulture, out var r)
            && int.TryParse(kind, NumberStyles.None, CultureInfo.InvariantCulture, out var k)
            && key.Split('/') is { Length: 1 or 2 } keys
            && keys.All(Keys.IsKey)
            ? new SearchCursor(position, r, k, key)
            : Forged;
    }
}

public sealed class SearchRecordsHandler(Moments moments, Reading source)
    : IRequestHandler<SearchRecords, Result<SearchAnswer>>
{
    public async Task<Result<SearchAnswer>> Handle(SearchRecords request, CancellationToken cancellationToken)
    {
        var cursor = SearchCursor.Read(request.Cursor).Value;
        var axes = cursor is null
            ? request.Axes
            : request.Axes with
            {
                KnownAt = cursor.Known.ToString(CultureInfo.InvariantCulture),
            };
        var resolved = await moments.ResolveAsync(request.Chronology, axes, cancellationToken);
        if (resolved.Rejection is { } rejection)
            return rejection;
        var moment = resolved.Value;
        await using var command = Ranked(moment, request, cursor);
        var found = new List<(RecordedRow Row, SearchCursor Place)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = Rows.Of(reader);
            found.Add((row, new(moment.Position, reader.GetInt32(6), reader.GetInt32(7), row.State.Id.Key)));
        }
        return new SearchAnswer(
            moment.Basis,
            [.. found.Take(request.Limit).Select(f => Told(f.Row.State, f.Place.Rank == 0))],
            found.Count > request.Limit ? found[request.Limit - 1].Place.ToString() : null
        );
    }

    /// <summary>First what has the whole text as a name, then what has a name that begins with it, then the rest; actors before
    /// issues, events, sources, schemes and eras; by key.</summary>
    private NpgsqlCommand Ranked(Moment moment, SearchRecords request, SearchCursor? cursor)
    {
        var command = source.CreateCommand();
        command.Parameters.AddWithValue(moment.Chronology);
        command.Parameters.AddWithValue(moment.Position);
        command.Parameters.AddWithValue(string.Join(' ', request.Words));
        command.Parameters.AddWithValue(cursor?.Rank ?? -1);
        command.Parameters.AddWithValue(cursor?.Kind ?? -1);
        command.Parameters.AddWithValue(cursor?.Key ?? "");
        command.Parameters.AddWithValue(request.Limit + 1);
        command.CommandText = $"""
            select * from (
                select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position,
                    case when strpos(E'\n' || r.search || E'\n', E'\n' || chronology.fold($3) || E'\n') > 0 then 0
                         when strpos(E'\n' || r.search, E'\n' || chronology.fold($3)) > 0 then 1 else 2 end as rank,
                    array_position(array['actor', 'issue', 'event', 'source', 'scheme', 'era'], r.kind::text) as kind_order
                from chronology.record r
                where r.chronology = $1 and r.from_position <= $2 and r.to_position > $2 and r.status in ('active', 'disputed')
                  and {SearchText.All(command, request.Words)}) found
            where (rank, kind_order, key) > ($4, $5, $6 collate "C")
            order by rank, kind_order, key
            limit $7
            """;
        return command;
    }

    private static Found Told(RecordState state, bool isCalledSo)
    {
        var (title, names) = state.Content switch
        {
            ActorContent a => (a.Name, a.Names.Select(name => name.Name).ToArray()),
            IssueContent i => (i.Title, []),
            EventContent e => (e.Title, []),
            SourceContent s => (TitleOf(s) ?? state.Id.Key, []),
            SchemeContent s => (s.Title, []),
            EraContent e => (e.Title, []),
            _ => (state.Id.Key, Array.Empty<string>()),
        };
        return new(
            state.Id.Kind.Name(),
            state.Id.OwnKey,
            title,
            names,
            RecordJson.Word(state.Status),
            state.Revision,
            state.Id.Scheme,
            isCalledSo
        );
    }

    private static string? TitleOf(SourceContent source)
    {
        using var csl = System.Text.Json.JsonDocument.Parse(source.Csl.CanonicalJson);
        return
            csl.RootElement.TryGetProperty("title", out var title)
            && title.ValueKind == System.Text.Json.JsonValueKind.String
            ? title.GetString()
            : source.Publisher;
    }
}

/// <summary><c>GET /search</c></summary>
public static class SearchEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapQuestion("/search", Read, "q", "cursor", "limit", "asOf", "knownAt")
            .WithName("search")
            .WithSummary("Events, actors, issues, sources, schemes and eras by name, alias or text")
            .WithTags("questions");

    public static SearchRecords Read(string chronology, Parameters query) =>
        new(
            chronology,
            query.Text("q"),
            query.Text("cursor"),
            query.Number("limit", 1, SearchRecords.GreatestLimit) ?? SearchRecords.DefaultLimit,
            query.Axes()
        );
}
