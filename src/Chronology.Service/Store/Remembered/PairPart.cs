using Chronology.Recording;

namespace Chronology.Service.Store.Remembered;

/// <summary>A part of what was ever recorded between two actors.</summary>
internal abstract class PairPart : RememberedPart
{
    /// <summary>In ordinal order.</summary>
    public required (string One, string Other) Of { get; init; }

    /// <summary>The events that any of this is from, each once, in ordinal order.</summary>
    public required string[] Events { get; init; }

    /// <summary>Whether any of this is from an event.</summary>
    public bool IsFrom(string key) => Array.BinarySearch(Events, key, StringComparer.Ordinal) >= 0;

    public override bool IsTouchedBy(RevisedRecord revised) =>
        revised.IsMerged
        || IsFrom(revised.Id.Key)
        || (revised.Id.Kind == RecordKind.Actor && (revised.Id.Key == Of.One || revised.Id.Key == Of.Other))
        || (revised.Names(Of.One) && revised.Names(Of.Other));
}
