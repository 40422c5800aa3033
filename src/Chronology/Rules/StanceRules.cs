using System.Collections.Frozen;

namespace Chronology.Rules;

/// <summary>How evidence of a stance is weighed under one version of the rules.</summary>
/// <remarks>Equal when of the same version.</remarks>
public sealed class StanceRules
{
    private readonly long ofStructural;
    private readonly int unstatedSalience;

    internal StanceRules(IReadOnlyDictionary<string, string> rules)
    {
        ofStructural = HalfLife.Structural.Days / Number("half-life-days");
        if (ofStructural * Number("half-life-days") != HalfLife.Structural.Days)
            throw new InvalidOperationException(
                "The half-life of stances has to go into the structural one without remainder."
            );
        LeastPieces = Number("least-pieces");
        EnoughAlone = Bases("enough-alone");
        Said = Bases("said");
        Done = Bases("done");
        PartsOfAmbiguous = Number("parts-of-ambiguous");
        YearsToStale = Number("years-to-stale");
        unstatedSalience = StanceTerms.Salience(rules["unstated-salience"]);

        int Number(string rule) => RulesVersion.Whole(rules[rule]);

        FrozenSet<string> Bases(string rule) => rules[rule].Split('|').ToFrozenSet(StringComparer.Ordinal);
    }

    public int LeastPieces { get; }

    /// <summary>Bases of which one piece is enough.</summary>
    public IReadOnlySet<string> EnoughAlone { get; }

    public IReadOnlySet<string> Said { get; }

    public IReadOnlySet<string> Done { get; }

    /// <summary>Ambiguous where each side holds at least one part in so many of the weight.</summary>
    public int PartsOfAmbiguous { get; }

    public int YearsToStale { get; }

    /// <summary>What is left of 1 at an age in days, in billionths: 2^(-age/H); nothing from 30 half-lives on.</summary>
    /// <remarks>H goes into the structural half-life of scores, so that what is left of the one at an age is left of the other at a multiple of it.</remarks>
    public long Left(long age) => HalfLife.Structural.Left(age * ofStructural);

    /// <summary>1 to 3.</summary>
    /// <param name="salience">Null: none is stated.</param>
    public int Salience(string? salience) => salience is null ? unstatedSalience : StanceTerms.Salience(salience);
}
