using System.Text;
using System.Text.Json;

namespace Chronology.Recording;

/// <summary>A record as an answer names it.</summary>
/// <param name="Kind">Null: the answer does not say of which kind.</param>
/// <param name="Key">An era's with its scheme's, <c>scheme/key</c>.</param>
public readonly record struct NamedRecord(RecordKind? Kind, string Key);

/// <summary>An answer without its texts: what is left when all of them have been redacted.</summary>
public sealed class BlindAnswer
{
    private readonly Lazy<HashSet<string>> texts;

    private BlindAnswer(string rest, IReadOnlyList<NamedRecord> owners, IReadOnlyList<JsonElement> texts)
    {
        (Rest, Owners) = (rest, owners);
        this.texts = new(() => texts.Select(CanonicalJson.Of).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Canonical JSON, every redactable text, or the mark of its redaction, replaced by <c>{"text":true}</c>. Null stays null.</summary>
    public string Rest { get; }

    /// <summary>The records that the texts belong to, in the order of their keys and kinds.</summary>
    public IReadOnlyList<NamedRecord> Owners { get; }

    /// <summary>The texts that were there, as canonical JSON; those redacted are not among them.</summary>
    public IReadOnlySet<string> Texts => texts.Value;

    /// <param name="answer">An object of which no member is named twice.</param>
    /// <param name="subject">The record that the whole answer is about; null: none.</param>
    /// <exception cref="InvalidOperationException">A text belongs to no record: nothing around it names one.</exception>
    public static BlindAnswer Of(JsonElement answer, NamedRecord? subject)
    {
        var blinding = new Blinding();
        blinding.Blind(answer, subject is { } one ? [one] : [], false);
        return new(
            blinding.Rest.ToString(),
            [.. blinding.Owners.OrderBy(owner => owner.Key, StringComparer.Ordinal).ThenBy(owner => owner.Kind)],
            blinding.Texts
        );
    }

    private sealed class Blinding
    {
        public StringBuilder Rest { get; } = new(4_096);

        public HashSet<NamedRecord> Owners { get; } = [];

        public List<JsonElement> Texts { get; } = [];

        public void Blind(JsonElement value, IReadOnlyList<NamedRecord> owners, bool isText)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    Blind(new Members(value), owners, isText);
                    break;
                case JsonValueKind.Array:
                    Rest.Append('[');
                    var separator = "";
                    foreach (var item in value.EnumerateArray())
                    {
                        Rest.Append(separator);
                        separator = ",";
                        Blind(item, owners, isText);
                    }
                    Rest.Append(']');
                    break;
                case JsonValueKind.Null:
                    Rest.Append("null");
                    break;
                case var _ when isText:
                    Texts.Add(value);
                    Take(owners);
                    break;
                default:
                    CanonicalJson.Append(Rest, value);
                    break;
            }
        }

        private void Blind(Members members, IReadOnlyList<NamedRecord> owners, bool isText)
        {
            if (members.IsRedacted)
            {
                Take(owners);
                return;
            }
            var named = members.NamedBy() is { Count: > 0 } own ? own : owners;
            Rest.Append('{');
            var separator = "";
            foreach (var (name, value) in members.InOrder)
            {
                Rest.Append(separator);
                separator = ",";
                CanonicalJson.AppendText(Rest, name);
                Rest.Append(':');
                // A sentence is made of the texts of several records by rule: no revision says it as it stands.
                if (name == "text" && members.SpokenOf() is { Count: > 0 } spokenOf)
                    Take(spokenOf);
                else
                    Blind(value, named, isText || members.IsText(name, value));
            }
            Rest.Append('}');
        }

        private void Take(IReadOnlyList<NamedRecord> owners)
        {
            if (owners.Count == 0)
                throw new InvalidOperationException("A text of the answer belongs to no record that it names.");
            Owners.UnionWith(owners);
            Rest.Append("""{"text":true}""");
        }
    }

    /// <summary>An object of an answer.</summary>
    private readonly struct Members
    {
        public Members(JsonElement value)
        {
            InOrder = [.. value.EnumerateObject().Select(member => (member.Name, member.Value))];
            Array.Sort(InOrder, static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        }

        /// <summary>Of RFC 8785.</summary>
        public (string Name, JsonElement Value)[] InOrder { get; }

        public bool IsRedacted => InOrder is [("redacted", { ValueKind: JsonValueKind.Number })];

        public bool IsText(string name, JsonElement value)
        {
            var isOne = value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null);
            return name switch
            {
                "csl" => true,
                "called" => isOne,
                "before" or "after" => PointsAtText("field"),
                // A line of a history or of a blame: its author is answerable for it, its place is a pointer.
                "value" when IsEntry => PointsAtText("place"),
                "names" => value.ValueKind == JsonValueKind.Array
                    && value
                        .EnumerateArray()
                        .All(item =>
                            item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
                        ),
                "author" or "place" => !IsEntry && isOne,
                _ => isOne && Ledger.IsRedactable(name),
            };
        }

        public List<NamedRecord> NamedBy()
        {
            var scheme = Text("scheme");
            var key = Text("key");
            var named = new List<NamedRecord>();
            if (Text("event") is { } happening)
                named.Add(new(RecordKind.Event, happening));
            else if (scheme is not null && (Text("era") ?? key) is { } era)
                named.Add(new(RecordKind.Era, $"{scheme}/{era}"));
            else if (key is not null)
                named.Add(new(Kind(Text("record")), key));
            if (Find("mergedFrom") is { ValueKind: JsonValueKind.Array } merged)
            {
                named.AddRange(
                    merged
                        .EnumerateArray()
                        .Where(from => from.ValueKind == JsonValueKind.String)
                        .Select(from => new NamedRecord(null, from.GetString()!))
                );
            }
            return named;
        }

        /// <summary>The records that a sentence of a narrative is made from.</summary>
        public IReadOnlyList<NamedRecord> SpokenOf() =>
            Find("because") is { ValueKind: JsonValueKind.Array } because
            && Find("naming") is { ValueKind: JsonValueKind.Array } naming
                ?
                [
                    .. because
                        .EnumerateArray()
                        .Select(item => new NamedRecord(RecordKind.Event, item.GetProperty("event").GetString()!)),
                    .. naming
                        .EnumerateArray()
                        .Select(item => item.GetString()!.Split('/', 2))
                        .Select(named => new NamedRecord(Kind(named[0]), named[1])),
                ]
                : [];

        private bool IsEntry => Find("op") is not null;

        private bool PointsAtText(string by) =>
            Text(by) is { } pointer
            && pointer.Split('/').Any(step => step is "csl" or "author" or "names" || Ledger.IsRedactable(step));

        private static RecordKind? Kind(string? word) =>
            word is null
                ? null
                : Enum.GetValues<RecordKind>()
                    .Where(kind => kind.Name() == word)
                    .Select(kind => (RecordKind?)kind)
                    .FirstOrDefault();

        private string? Text(string name) =>
            Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

        private JsonElement? Find(string name)
        {
            foreach (var member in InOrder)
            {
                if (member.Name == name)
                    return member.Value;
            }
            return null;
        }
    }
}
