using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chronology.Service.Cli;

/// <summary>What is done of how much, and how fast: <c>412,000 of 1,000,000 (31,000/s)</c>; nothing where nobody knows how much there is.</summary>
/// <param name="counted">What is said instead; null: the numbers of the task.</param>
internal sealed class CountColumn(Func<string>? counted) : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        if (counted is not null)
            return new Text(counted());
        if (task.IsIndeterminate)
            return Text.Empty;
        var rate = task.Speed is { } speed ? $" ({Whole(speed)}/s)" : "";
        return new Text($"{Whole(task.Value)} of {Whole(task.MaxValue)}{rate}");

        static string Whole(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);
    }
}
