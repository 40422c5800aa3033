using System.Globalization;
using System.Text.Json.Nodes;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Service.Catalogue;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Cite;

/// <summary>Citations to paste, with the names that actors and records had at the answer's position.</summary>
public sealed class CitationTexts(ISender sender, Reading source)
{
    /// <param name="host">Such as <c>https://example.org</c>; null: the permalink stays without one.</param>
    public async Task<Result<ReadyCitation>> OfAsync(
        Moment moment,
        CanonicalQuestion question,
        AnswerName name,
        string? host,
        CancellationToken ct
    )
    {
        var heading = await sender.Send(new HeadingOf(moment.Chronology), ct);
        if (heading.Rejection is { } rejection)
            return rejection;
        var title = await TitleAsync(moment, question, ct);
        var url = $"{host}{name.Permalink}";
        var recorded = moment.RecordedAt is { } at ? DateOnly.FromDateTime(at.UtcDateTime) : (DateOnly?)null;
        var asOf = $"{title} as of {moment.AsOf}";
        var when = recorded is { } day ? $" ({day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)})" : "";
        var rules = moment.Rules == RulesVersion.First ? "" : $", by {moment.Rules}";
        var csl = new JsonObject
        {
            ["id"] = name.Id,
            ["type"] = "dataset",
            ["title"] = asOf,
            ["container-title"] = heading.Value.Title,
            ["version"] = moment.Position.ToString(CultureInfo.InvariantCulture),
            ["URL"] = url,
            ["note"] = name.Hash,
        };
        if (recorded is { } issued)
            csl["issued"] = new JsonObject
            {
                ["date-parts"] = new JsonArray(new JsonArray(issued.Year, issued.Month, issued.Day)),
            };
        return new ReadyCitation(
            $"{heading.Value.Title}. {asOf}, as known at position {moment.Position}{when}{rules}. Chronology. {url}. {name.Hash}.",
            csl
        );
    }

    private async Task<string> TitleAsync(Moment moment, CanonicalQuestion question, CancellationToken ct)
    {
        var parameters = question.Parameters.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        var subject = question.Path switch
        {
            "/state" => "State of relations",
            "/explain" => "Explanation of a fact",
            "/explain/stance" => "Explanation of a stance",
            "/explain/score" => "Explanation of the score of relations",
            "/explain/era" => "Explanation of the narrative of an era",
            "/score" => "Score of relations",
            "/compare" => "Comparison of the state of relations",
            "/facts/history" => "History of what was recorded of a fact",
            "/events" => "Timeline of events",
            _ when RecordRoutes.NamedBy(question.Path) is { } id => await OfRecordAsync(moment, question.Path, id, ct),
            _ => Sentence(question.Path),
        };
        if (parameters.Remove("between", out var between))
        {
            var sides = between.Contains(';', StringComparison.Ordinal) ? between.Split(';') : between.Split(',');
            var named = new List<string>();
            foreach (var side in sides)
                named.Add(string.Join(", ", await NamesAsync(moment, side.Split(','), ct)));
            subject += $" between {string.Join(" and ", named)}";
        }
        if (parameters.Remove("actor", out var actor))
            subject += $" of {(await NamesAsync(moment, [actor], ct))[0]}";
        foreach (var party in (string[])["holder", "toward"])
        {
            if (parameters.TryGetValue(party, out var key))
                parameters[party] = (await NamesAsync(moment, [key], ct))[0];
        }
        parameters.Remove("cursor");
        return parameters.Count == 0
            ? subject
            : $"{subject} ({string.Join(", ", parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}: {p.Value}"))})";
    }

    private async Task<string> OfRecordAsync(Moment moment, string path, RecordId id, CancellationToken ct)
    {
        var row = await Rows.OneAsync(source, moment, id, ct);
        var name = $"“{(row is null ? id.ToString() : NameOf(row.State))}” ({id})";
        return path[RecordRoutes.AddressOf(id).Length..] switch
        {
            "" => $"Record of {name}",
            "/history" => $"History of {name}",
            "/blame" => $"Revisions behind {name}",
            "/eras" => $"Eras of {name}",
            var below => $"{Sentence(below)} of {name}",
        };
    }

    private async Task<IReadOnlyList<string>> NamesAsync(Moment moment, string[] keys, CancellationToken ct)
    {
        var names = new List<string>();
        foreach (var key in keys)
        {
            var row =
                await Rows.OneAsync(source, moment, new(RecordKind.Actor, key), ct)
                ?? await Rows.OneAsync(source, moment, new(RecordKind.Issue, key), ct);
            names.Add(row is null ? key : NameOf(row.State));
        }
        return names;
    }

    private static string NameOf(RecordState state) =>
        state.Content switch
        {
            ActorContent a => a.Name,
            IssueContent i => i.Title,
            EventContent e => e.Title,
            SchemeContent s => s.Title,
            EraContent e => e.Title,
            _ => state.Id.Key,
        };

    private static string Sentence(string path)
    {
        var words = path.Trim('/').Replace('/', ' ');
        return words.Length == 0 ? words : $"{char.ToUpperInvariant(words[0])}{words[1..]}";
    }
}
