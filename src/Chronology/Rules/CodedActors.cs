using System.Collections.Frozen;

namespace Chronology.Rules;

/// <summary>Whom a CAMEO actor code names: a country (<c>RUS</c>), a group (<c>UNO</c>), a part played (<c>COP</c>), or a country or group and parts (<c>RUSGOV</c>).</summary>
public static class CodedActors
{
    private static readonly FrozenDictionary<string, (string Part, string Name, string Kind)> ByCode = Table
        .Read("cameo-actors")
        .ToFrozenDictionary(row => row["code"], row => (row["part"], row["name"], row["kind"]), StringComparer.Ordinal);

    /// <param name="code">Parts of three letters each.</param>
    /// <returns>A name such as <c>Russia</c> or <c>Government (Russia)</c>, and a kind of actor; null where a part is unknown.</returns>
    public static (string Name, string Kind)? Of(string code)
    {
        if (code.Length is 0 or > 30 || code.Length % 3 != 0)
            return null;
        var parts = code.Chunk(3).Select(part => ByCode.GetValueOrDefault(new string(part))).ToArray();
        if (parts.Any(part => part.Name is null))
            return null;
        if (parts is [var only])
            return (only.Name, only.Kind);
        // Of the kind RUSGOV, or, where the part played crosses borders, MNCUSA.
        var of = parts.Where(part => part.Part != "role").ToArray();
        var roles = parts.Where(part => part.Part == "role").ToArray();
        if (of.Length > 1 || roles.Length == 0)
            return null;
        var said = string.Join(", ", roles.Select(role => role.Name).Distinct(StringComparer.Ordinal));
        return (of is [var one] ? $"{said} ({one.Name})" : said, roles[0].Kind);
    }

    /// <summary>The name of a country or region by its code of three letters; null where it is unknown.</summary>
    public static string? Country(string code) =>
        ByCode.TryGetValue(code, out var known) && known.Part == "country" ? known.Name : null;
}
