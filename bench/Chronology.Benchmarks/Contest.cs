using System.Diagnostics;
using System.Globalization;

namespace Chronology.Benchmarks;

/// <summary>One of those that are compared; asked with a number that rises, so that all of them are asked the same.</summary>
public sealed record Contender(string Name, Func<int, Task> AskAsync);

/// <summary>Contenders in turn, A B C A B C …, a few calls each time, so that a machine that slows down slows all of them.</summary>
/// <remarks>Each round gives every contender its p50 and p99; a ratio is taken within a round, and the median over the rounds is told.</remarks>
/// <param name="WarmUps">Rounds before those: compiled code, prepared statements, caches.</param>
public sealed record Contest(string Title, int Rounds, int Turns, int CallsATurn, int WarmUps = 1)
{
    /// <summary>Prints a line for each contender; the first is what the others are compared with.</summary>
    public async Task<IReadOnlyList<Figure>> RunAsync(params Contender[] contenders)
    {
        var rounds = contenders.Select(_ => new List<(double P50, double P99)>()).ToArray();
        var asked = 0;
        for (var round = -WarmUps; round < Rounds; round++)
        {
            var times = contenders.Select(_ => new List<double>(Turns * CallsATurn)).ToArray();
            for (var turn = 0; turn < Turns; turn++)
            {
                for (var i = 0; i < contenders.Length; i++)
                {
                    for (var call = 0; call < CallsATurn; call++)
                    {
                        var start = Stopwatch.GetTimestamp();
                        await contenders[i].AskAsync(asked + call);
                        times[i].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    }
                }
                asked += CallsATurn;
            }
            if (round < 0)
                continue;
            for (var i = 0; i < contenders.Length; i++)
                rounds[i].Add((Quantile(times[i], 0.5), Quantile(times[i], 0.99)));
        }
        var figures = contenders
            .Select(
                (contender, i) =>
                    new Figure(
                        contender.Name,
                        Median(rounds[i].Select(r => r.P50)),
                        Median(rounds[i].Select(r => r.P99)),
                        Median(rounds[i].Zip(rounds[0], (own, first) => own.P50 / first.P50)),
                        Median(rounds[i].Zip(rounds[0], (own, first) => own.P99 / first.P99))
                    )
            )
            .ToArray();
        Console.WriteLine();
        Console.WriteLine($"## {Title}");
        Console.WriteLine($"{Rounds} rounds of {Turns * CallsATurn} calls each, {CallsATurn} in turn; medians.");
        Console.WriteLine();
        Console.WriteLine("| contender | p50 ms | p99 ms | p50 ratio | p99 ratio |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var f in figures)
            Console.WriteLine($"| {f.Name} | {T(f.P50)} | {T(f.P99)} | {R(f.P50Ratio)} | {R(f.P99Ratio)} |");
        return figures;

        static string T(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
        static string R(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
    }

    private static double Quantile(List<double> values, double q)
    {
        values.Sort();
        return values[(int)(q * (values.Count - 1))];
    }

    private static double Median(IEnumerable<double> values) => Quantile([.. values], 0.5);
}

/// <param name="P50">Milliseconds.</param>
/// <param name="P50Ratio">To the first contender's.</param>
public sealed record Figure(string Name, double P50, double P99, double P50Ratio, double P99Ratio);
