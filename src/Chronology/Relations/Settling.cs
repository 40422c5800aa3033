using Chronology.Actors;
using Chronology.Recording;
using Chronology.Time;

namespace Chronology.Relations;

/// <summary>What has to become known.</summary>
public enum Refinement
{
    /// <summary>On which side of a day the effect began.</summary>
    Beginning,

    /// <summary>On which side of a day its last day lies.</summary>
    End,

    /// <summary>Whether what is disputed is so.</summary>
    Credibility,

    /// <summary>Which of the effects of one day came last.</summary>
    Order,

    /// <summary>On which side of a day one actor took the other's place.</summary>
    Succession,

    /// <summary>On which side of a day the existence of the fact's parties ended.</summary>
    Existence,
}

/// <summary>What may turn out.</summary>
public enum Finding
{
    OnOrBefore,
    After,
    Confirmed,
    Refuted,
    LastOfTheDay,
}

/// <param name="Then">The fact, were it so.</param>
public sealed record SettledCase(Finding If, FactEntry Then)
{
    public bool IsCertain => Then.Certainty == FactCertainty.Certain;
}

/// <summary>One thing that is uncertain, and what the fact would be whichever way it turned out.</summary>
/// <param name="Effect">Null where it is of no one effect.</param>
/// <param name="On">The day that divides, or the day of the order; null for a credibility.</param>
public sealed record Settlement(
    Refinement What,
    RecordedEffect? Effect,
    Succession? Succession,
    Day? On,
    ValueList<SettledCase> Cases
);

/// <summary>What would settle a fact that is not certain.</summary>
/// <param name="Ways">First those that lead to a certain entry whichever way they turn out, then those that do so in one case.</param>
/// <param name="Untried">How many effects that may decide were not looked into, those that begin first.</param>
/// <remarks>
/// Found by trying: each uncertain date is cut in two, and the fact decided again on either side. Where a cut makes it certain on a
/// side it is the widest such side, else one that changes anything at all. Only what may decide is tried: whatever else is
/// uncertain changes nothing, whichever way it turns out.
/// </remarks>
public sealed record Settling(ValueList<Settlement> Ways, int Untried)
{
    /// <summary>The most effects that are looked into.</summary>
    public const int Greatest = 50;

    private static readonly Settling Nothing = new([], 0);

    internal static Settling Of(Heritage heritage, IReadOnlyList<RecordedEffect> effects, FactEntry entry, Day asOf)
    {
        if (entry.Certainty == FactCertainty.Certain)
            return Nothing;
        var tried = entry.Because.Concat(entry.DisputedBy).Order(FactsAsOf.ByBegin).TakeLast(Greatest).ToList();
        var trying = new Trying(heritage, effects, entry, asOf);
        return new(
            [
                .. trying
                    .Ways(tried)
                    .Where(way => way.Cases.Any(settled => Differ(settled.Then, entry)))
                    .OrderByDescending(way => way.Cases.All(settled => settled.IsCertain))
                    .ThenByDescending(way => way.Cases.Any(settled => settled.IsCertain)),
            ],
            entry.Because.Count + entry.DisputedBy.Count - tried.Count
        );
    }

    private static bool Differ(FactEntry one, FactEntry other) =>
        (one.Value, one.Certainty) != (other.Value, other.Certainty) || one.Alternatives != other.Alternatives;

    private sealed class Trying(Heritage heritage, IReadOnlyList<RecordedEffect> effects, FactEntry entry, Day asOf)
    {
        // What cannot decide cannot do so either when more is known of the dates.
        private readonly List<RecordedEffect> deciders =
        [
            .. entry.Because,
            .. entry.DisputedBy,
            .. entry.ClaimedAgainst,
        ];

        public IEnumerable<Settlement> Ways(IReadOnlyCollection<RecordedEffect> tried) =>
            [
                .. tried.SelectMany(Dates),
                .. tried.SelectMany(Claims),
                .. tried.SelectMany(Orders),
                .. Links().SelectMany(Successions),
                .. Existences(),
            ];

        private IEnumerable<Settlement> Dates(RecordedEffect effect)
        {
            var begins = Cuts(
                effect.Begins.Days,
                effect.Begins.Days.Within(null, effect.LastDay?.Days.Latest),
                days => With(effect, effect with { Begins = new(effect.Begins.Edtf, days) })
            );
            foreach (var (on, cases) in begins)
                yield return new(Refinement.Beginning, effect, null, on, cases);
            if (effect.LastDay is not { } last)
                yield break;
            var ends = Cuts(
                last.Days,
                last.Days.Within(effect.Begins.Days.Earliest, null),
                days => With(effect, effect with { LastDay = new(last.Edtf, days) })
            );
            foreach (var (on, cases) in ends)
                yield return new(Refinement.End, effect, null, on, cases);
        }

        private IEnumerable<Settlement> Claims(RecordedEffect effect)
        {
            if (effect.IsFirm || entry.Certainty != FactCertainty.Claimed)
                yield break;
            yield return new(
                Refinement.Credibility,
                effect,
                null,
                null,
                [
                    new(Finding.Confirmed, Decide([.. Others(effect), effect with { Credibility = "confirmed" }])),
                    new(Finding.Refuted, Decide([.. Others(effect)])),
                ]
            );
        }

        private IEnumerable<Settlement> Orders(RecordedEffect effect)
        {
            if (DayOf(effect) is not { } day)
                yield break;
            var ofDay = effects.Where(other => DayOf(other) == day).ToList();
            if (!deciders.Exists(other => other.Event != effect.Event && DayOf(other) == day))
                yield break;
            var (least, greatest) = (ofDay.Min(other => other.Order) ?? 0, ofDay.Max(other => other.Order) ?? 0);
            yield return new(
                Refinement.Order,
                effect,
                null,
                day,
                [
                    new(
                        Finding.LastOfTheDay,
                        Decide([
                            .. effects.Select(other =>
                                DayOf(other) != day ? other
                                : other.Event == effect.Event ? other with { Order = greatest + 1 }
                                : other with { Order = other.Order ?? least - 1 }
                            ),
                        ])
                    ),
                ]
            );
        }

        private IEnumerable<Succession> Links() =>
            heritage.Sources.SelectMany(s => s.Ways).SelectMany(way => way).Distinct();

        private IEnumerable<Settlement> Successions(Succession link) =>
            Cuts(link.On, link.On, days => Decide(With(link, link with { On = days }), deciders))
                .Select(cut => new Settlement(Refinement.Succession, null, link, cut.On, cut.Cases));

        private IEnumerable<Settlement> Existences() =>
            heritage.LastDay is not { } last
                ? []
                : Cuts(
                        last.Days,
                        last.Days,
                        days => Decide(new(heritage.Key, heritage.Sources, new(last.Edtf, days)), deciders)
                    )
                    .Select(cut => new Settlement(Refinement.Existence, null, null, cut.On, cut.Cases));

        private Heritage With(Succession link, Succession known) =>
            new(
                heritage.Key,
                [
                    .. heritage.Sources.Select(source =>
                        source with
                        {
                            Ways =
                            [
                                .. source.Ways.Select(way =>
                                    way.Select(taken => taken == link ? known : taken).ToValueList()
                                ),
                            ],
                        }
                    ),
                ],
                heritage.LastDay
            );

        private FactEntry With(RecordedEffect effect, RecordedEffect known) =>
            Decide(heritage, [.. deciders.Select(other => ReferenceEquals(other, effect) ? known : other)]);

        private IEnumerable<RecordedEffect> Others(RecordedEffect effect) =>
            effects.Where(other => !ReferenceEquals(other, effect));

        private FactEntry Decide(IReadOnlyList<RecordedEffect> known) => Decide(heritage, known);

        private FactEntry Decide(Heritage of, IReadOnlyList<RecordedEffect> known) => FactsAsOf.Decide(of, known, asOf);

        private static Day? DayOf(RecordedEffect effect) =>
            effect.Begins.Days is { Earliest: { } day, Latest: var latest } && day == latest ? day : null;

        /// <summary>The days at which to cut a window in two, and the fact on either side.</summary>
        /// <param name="within">Those of its days that can be: on either side there is one. Null: none is known, as of what has always been so.</param>
        private List<(Day On, ValueList<SettledCase> Cases)> Cuts(
            DayWindow window,
            DayWindow? within,
            Func<DayWindow, FactEntry> decide
        )
        {
            if (within is null || within.Earliest == within.Latest || within.Latest == new Day(long.MinValue))
                return [];
            var first = within.Earliest ?? DaysThatMatter().Min() - 1;
            var last = (within.Latest ?? DaysThatMatter().Max() + 2) - 1;
            var found = Found(settled => settled.Certainty == FactCertainty.Certain);
            if (found.Count == 0)
                found = Found(settled => Differ(settled, entry));
            return
            [
                .. found.Select(on =>
                    (
                        on,
                        (ValueList<SettledCase>)
                            [
                                new(Finding.OnOrBefore, decide(window.Within(null, on)!)),
                                new(Finding.After, decide(window.Within(on + 1, null)!)),
                            ]
                    )
                ),
            ];

            // The last day up to which, and the first after which, the fact is as wanted: the more is known, the more it is so.
            SortedSet<Day> Found(Predicate<FactEntry> wanted)
            {
                var days = new SortedSet<Day>();
                var (low, high) = (first.Number - 1, last.Number);
                while (low < high)
                {
                    var middle = low + (high - low + 1) / 2;
                    if (wanted(decide(window.Within(null, new Day(middle))!)))
                        low = middle;
                    else
                        high = middle - 1;
                }
                if (low >= first.Number)
                    days.Add(window.LastOnOrBefore(new(low))!.Value);
                (low, high) = (first.Number, last.Number + 1);
                while (low < high)
                {
                    var middle = low + (high - low) / 2;
                    if (wanted(decide(window.Within(new Day(middle) + 1, null)!)))
                        high = middle;
                    else
                        low = middle + 1;
                }
                if (low <= last.Number)
                    days.Add(window.LastOnOrBefore(new(low))!.Value);
                return days;
            }
        }

        /// <summary>All days at which something may begin or end: beyond them nothing changes.</summary>
        private IEnumerable<Day> DaysThatMatter() =>
            deciders
                .SelectMany(effect => new[] { effect.Begins.Days, effect.LastDay?.Days })
                .Append(heritage.LastDay?.Days)
                .Concat(Links().Select(link => link.On))
                .SelectMany(window => new[] { window?.Earliest, window?.Latest })
                .OfType<Day>()
                .Where(day => day > new Day(long.MinValue))
                .Append(asOf);
    }
}
