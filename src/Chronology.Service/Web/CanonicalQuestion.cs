using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Chronology.Recording;
using Chronology.Service.Store;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Chronology.Service.Web;

/// <summary>A question in the one form that all ways of asking it come to: its path below the chronology, its parameters sorted, and
/// its axes as they were resolved.</summary>
/// <param name="Path">In lower case, without a slash at its end.</param>
/// <param name="Parameters">By name; without the axes.</param>
/// <param name="AsOf">A day.</param>
/// <param name="Position">What it is known at.</param>
/// <param name="Rules">A number; of a question about two answers that of each, such as <c>1..2</c>.</param>
public sealed record CanonicalQuestion(
    string Path,
    IReadOnlyList<KeyValuePair<string, string>> Parameters,
    string AsOf,
    long Position,
    string Rules,
    int Format
)
{
    /// <summary>The longest that an id can say, in bytes.</summary>
    public const int GreatestLength = 3_000;

    private const string Cite = "cite";
    private const string OfRules = "rules";
    private const string Between = "..";

    /// <summary>The parameters that the basis says.</summary>
    private static readonly string[] OfBasis = ["asOf", "knownAt", OfRules, "format"];

    public Axes Axes => new(AsOf, Number(Position)) { Rules = OfEach[^1] };

    private string[] OfEach => Rules.Split(Between);

    public static CanonicalQuestion Of(
        string path,
        IEnumerable<KeyValuePair<string, StringValues>> parameters,
        Basis basis
    ) =>
        new(
            path.TrimEnd('/').ToLowerInvariant(),
            [
                .. parameters
                    .Where(given => given.Key != Cite && !OfBasis.Contains(given.Key, StringComparer.Ordinal))
                    .OrderBy(given => given.Key, StringComparer.Ordinal)
                    .Select(given => KeyValuePair.Create(given.Key, given.Value.ToString())),
            ],
            basis.AsOf,
            basis.KnownAt.Position,
            Number(basis.Rules),
            basis.Format
        );

    /// <param name="answer">Has resolved some of the parameters.</param>
    public static CanonicalQuestion Of(
        string path,
        IEnumerable<KeyValuePair<string, StringValues>> parameters,
        WrittenAnswer answer,
        Basis basis
    ) =>
        Of(
            path,
            parameters
                .Where(given => !answer.Resolved.ContainsKey(given.Key))
                .Concat(
                    answer
                        .Resolved.Where(resolved => resolved.Value is not null)
                        .Select(resolved => KeyValuePair.Create(resolved.Key, new StringValues(resolved.Value)))
                ),
            basis
        ) with
        {
            Rules = answer.Resolved.GetValueOrDefault(OfRules) ?? Number(basis.Rules),
        };

    /// <summary>Whether this service gives answers of these rules and this format.</summary>
    public bool IsOfThisService =>
        Format == Moment.Format && OfEach.All(one => Moments.ReadRules(one) is { IsOk: true });

    /// <summary>Such as <c>/state?asOf=1974-07-01&amp;between=ussr%2Cplo&amp;format=1&amp;knownAt=412&amp;rules=1</c>.</summary>
    public override string ToString()
    {
        var all = Parameters
            .Concat([
                KeyValuePair.Create("asOf", AsOf),
                KeyValuePair.Create("knownAt", Number(Position)),
                KeyValuePair.Create(OfRules, Rules),
                KeyValuePair.Create("format", Number(Format)),
            ])
            .OrderBy(p => p.Key, StringComparer.Ordinal);
        return $"{Path}?{string.Join('&', all.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"))}";
    }

    /// <summary>Reads what <see cref="ToString"/> has written, and nothing else.</summary>
    public static CanonicalQuestion? Read(string text)
    {
        var mark = text.IndexOf('?', StringComparison.Ordinal);
        if (mark < 1 || text[0] != '/')
            return null;
        var given = QueryHelpers.ParseQuery(text[mark..]);
        if (
            !given.TryGetValue("asOf", out var asOf)
            || !TryNumber("knownAt", out var position)
            || !given.TryGetValue(OfRules, out var rules)
            || rules.ToString().Split(Between) is not { Length: 1 or 2 } each
            || !int.TryParse(each[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !TryNumber("format", out var format)
            || format > int.MaxValue
        )
            return null;
        var read = Of(text[..mark], given, new(asOf.ToString(), new(position, null), number, (int)format)) with
        {
            Rules = rules.ToString(),
        };
        return read.ToString() == text ? read : null;

        bool TryNumber(string name, out long number)
        {
            number = 0;
            return given.TryGetValue(name, out var value)
                && long.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out number);
        }
    }

    /// <summary>The query that asks it as known at a position: a cursor goes on from its place there.</summary>
    /// <param name="byItsRules">Whether it is asked under its own rules, else under those adopted at the position.</param>
    public QueryCollection AskedAt(long position, bool byItsRules)
    {
        var asked = Parameters.ToDictionary(p => p.Key, p => new StringValues(p.Value), StringComparer.Ordinal);
        asked["asOf"] = AsOf;
        if (asked.TryGetValue("cursor", out var cursor))
            asked["cursor"] = Cursors.MovedTo(cursor.ToString(), position);
        else
            asked["knownAt"] = Number(position);
        if (byItsRules)
            asked[OfRules] = Rules;
        else if (OfEach is [var first, _])
            asked[OfRules] = first + Between;
        return new(asked);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Cursors, whichever list they are of: each fixes the position at which its list is read.</summary>
public static class Cursors
{
    /// <summary>The same place in the list as known at another position; what is no cursor stays as it is.</summary>
    public static string MovedTo(string cursor, long position)
    {
        if (!Base64Url.IsValid(cursor))
            return cursor;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split('|');
        if (parts.Length < 3)
            return cursor;
        parts[1] = position.ToString(CultureInfo.InvariantCulture);
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join('|', parts)));
    }
}
