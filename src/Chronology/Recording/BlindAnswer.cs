using System.Buffers;
using System.Runtime.InteropServices;
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

    private BlindAnswer(
        ReadOnlyMemory<byte> rest,
        IReadOnlyCollection<NamedRecord> owners,
        Func<HashSet<string>> texts
    ) => (Rest, Owners, this.texts) = (rest, owners, new(texts));

    /// <summary>Canonical JSON in UTF-8, every redactable text, or the mark of its redaction, replaced by <c>{"text":true}</c>. Null stays null.</summary>
    public ReadOnlyMemory<byte> Rest { get; }

    /// <summary>The records that the texts belong to, each once.</summary>
    public IReadOnlyCollection<NamedRecord> Owners { get; }

    /// <summary>The texts that were there, as canonical JSON; those redacted are not among them.</summary>
    public IReadOnlySet<string> Texts => texts.Value;

    /// <param name="answer">In UTF-8, an object of which no member is named twice.</param>
    /// <param name="subject">The record that the whole answer is about; null: none.</param>
    /// <exception cref="InvalidOperationException">A text belongs to no record: nothing around it names one.</exception>
    public static BlindAnswer Of(ReadOnlyMemory<byte> answer, NamedRecord? subject)
    {
        using var tree = new JsonTree(answer, 2 * StrictJson.GreatestDepth);
        var blinding = new Blinding(tree, answer.Length);
        blinding.Blind(JsonTree.Root, subject is { } one ? [one] : [], false);
        return new(
            blinding.Rest.WrittenMemory,
            blinding.Owners,
            () => [.. blinding.Texts.Select(text => CanonicalJson.Of(JsonElement.Parse(answer.Span[text])))]
        );
    }

    // These names are known before the first answer is read, however many others it has.
    static BlindAnswer() { }

    private static readonly MemberName Redacted = MemberName.Known("redacted");
    private static readonly MemberName Text = MemberName.Known("text");
    private static readonly MemberName Because = MemberName.Known("because");
    private static readonly MemberName Naming = MemberName.Known("naming");
    private static readonly MemberName Event = MemberName.Known("event");
    private static readonly MemberName Scheme = MemberName.Known("scheme");
    private static readonly MemberName Era = MemberName.Known("era");
    private static readonly MemberName Key = MemberName.Known("key");
    private static readonly MemberName Record = MemberName.Known("record");
    private static readonly MemberName MergedFrom = MemberName.Known("mergedFrom");
    private static readonly MemberName Op = MemberName.Known("op");
    private static readonly MemberName Field = MemberName.Known("field");
    private static readonly MemberName Place = MemberName.Known("place");

    private sealed class Blinding(JsonTree tree, int length)
    {
        private static readonly IReadOnlyList<NamedRecord> Nobody = [];

        private readonly Comparison<int> byName = (one, other) =>
            string.CompareOrdinal(tree.NameOf(one).Text, tree.NameOf(other).Text);

        /// <summary>The members of the objects that are being written, those of each in the order of RFC 8785.</summary>
        private readonly List<int> members = new(64);

        public ArrayBufferWriter<byte> Rest { get; } = new(Math.Max(256, length));

        public HashSet<NamedRecord> Owners { get; } = new(32);

        /// <summary>Where they stand in the answer.</summary>
        public List<Range> Texts { get; } = new(64);

        public void Blind(int value, IReadOnlyList<NamedRecord> owners, bool isText)
        {
            switch (tree.TypeOf(value))
            {
                case JsonTokenType.StartObject:
                    BlindMembers(value, owners, isText);
                    break;
                case JsonTokenType.StartArray:
                    Rest.Write("["u8);
                    var isFirst = true;
                    foreach (var item in tree.In(value))
                    {
                        if (!isFirst)
                            Rest.Write(","u8);
                        isFirst = false;
                        Blind(item, owners, isText);
                    }
                    Rest.Write("]"u8);
                    break;
                case not JsonTokenType.Null when isText:
                    Texts.Add(tree.WhereIs(value));
                    Take(owners);
                    break;
                default:
                    tree.WriteCanonical(value, Rest);
                    break;
            }
        }

        private void BlindMembers(int value, IReadOnlyList<NamedRecord> owners, bool isText)
        {
            var first = members.Count;
            var isNaming = false;
            foreach (var member in tree.In(value))
            {
                members.Add(member);
                isNaming |= tree.NameOf(member).IsNaming;
            }
            var end = members.Count;
            if (end == first + 1 && IsRedacted(members[first]))
                Take(owners);
            else
            {
                CollectionsMarshal.AsSpan(members)[first..].Sort(byName);
                var named = isNaming && NamedBy(value) is { Count: > 0 } own ? own : owners;
                Rest.Write("{"u8);
                for (var n = first; n < end; n++)
                {
                    var (member, name) = (members[n], tree.NameOf(members[n]));
                    if (n > first)
                        Rest.Write(","u8);
                    Rest.Write(name.Canonical);
                    Rest.Write(":"u8);
                    // A sentence is made of the texts of several records by rule: no revision says it as it stands.
                    if (name == Text && SpokenOf(value) is { Count: > 0 } spokenOf)
                        Take(spokenOf);
                    else
                        Blind(member, named, isText || (name.MayBeText && IsText(value, member)));
                }
                Rest.Write("}"u8);
            }
            members.RemoveRange(first, end - first);
        }

        private bool IsRedacted(int member) =>
            tree.NameOf(member) == Redacted && tree.TypeOf(member) == JsonTokenType.Number;

        private void Take(IReadOnlyList<NamedRecord> owners)
        {
            if (owners.Count == 0)
                throw new InvalidOperationException("A text of the answer belongs to no record that it names.");
            foreach (var owner in owners)
                Owners.Add(owner);
            Rest.Write("""{"text":true}"""u8);
        }

        private bool IsText(int value, int member)
        {
            var name = tree.NameOf(member);
            var isOne = tree.IsOne(member);
            return name.Text switch
            {
                "csl" => true,
                "called" => isOne,
                "before" or "after" => PointsAtText(value, Field),
                // A line of a history or of a blame: its author is answerable for it, its place is a pointer.
                "value" when IsEntry(value) => PointsAtText(value, Place),
                "names" => tree.TypeOf(member) == JsonTokenType.StartArray
                    && tree.In(member).All(static (tree, item) => tree.IsOne(item)),
                "author" or "place" => isOne && !IsEntry(value),
                _ => isOne && name.IsRedactable,
            };
        }

        /// <summary>The records that an object says its texts are of.</summary>
        private IReadOnlyList<NamedRecord> NamedBy(int value)
        {
            var named = new List<NamedRecord>(1);
            var (scheme, key) = (tree.TextOf(value, Scheme), tree.TextOf(value, Key));
            if (tree.TextOf(value, Event) is { } happening)
                named.Add(new(RecordKind.Event, happening));
            else if (scheme is not null && (tree.TextOf(value, Era) ?? key) is { } era)
                named.Add(new(RecordKind.Era, $"{scheme}/{era}"));
            else if (key is not null)
                named.Add(new(Kind(tree.TextOf(value, Record)), key));
            var merged = tree.Find(value, MergedFrom);
            if (!IsArray(merged))
                return named;
            foreach (var from in tree.In(merged))
            {
                if (tree.TextOf(from) is { } other)
                    named.Add(new(null, other));
            }
            return named;
        }

        /// <summary>The records that a sentence of a narrative is made from.</summary>
        private IReadOnlyList<NamedRecord> SpokenOf(int value)
        {
            var (because, naming) = (tree.Find(value, Because), tree.Find(value, Naming));
            if (!IsArray(because) || !IsArray(naming))
                return Nobody;
            var spokenOf = new List<NamedRecord>();
            foreach (var item in tree.In(because))
                spokenOf.Add(new(RecordKind.Event, tree.TextOf(item, Event)!));
            foreach (var item in tree.In(naming))
            {
                var parts = tree.TextOf(item)!.Split('/', 2);
                spokenOf.Add(new(Kind(parts[0]), parts[1]));
            }
            return spokenOf;
        }

        private bool IsArray(int value) => value >= 0 && tree.TypeOf(value) == JsonTokenType.StartArray;

        private static RecordKind? Kind(string? word) =>
            word is null
                ? null
                : Enum.GetValues<RecordKind>()
                    .Where(kind => kind.Name() == word)
                    .Select(kind => (RecordKind?)kind)
                    .FirstOrDefault();

        private bool IsEntry(int value) => tree.Find(value, Op) >= 0;

        private bool PointsAtText(int value, MemberName by) =>
            tree.TextOf(value, by) is { } pointer
            && pointer.Split('/').Any(step => step is "csl" or "author" or "names" || Ledger.IsRedactable(step));
    }
}
