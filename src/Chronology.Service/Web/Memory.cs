using Chronology.Service.Store;
using Chronology.Service.Store.Remembered;

namespace Chronology.Service.Web;

/// <summary>All that this process remembers of what the database says.</summary>
public sealed class Memory(
    RecordedTimes times,
    Moments moments,
    Identities identities,
    RememberedPairs pairs,
    RememberedAnswers answers
)
{
    /// <summary>Forgets what rests on rows of a chronology that say otherwise now: after a rebuild that mended some, or a redaction.</summary>
    public void Forget(string chronology)
    {
        times.Forget();
        moments.Forget();
        identities.Forget();
        pairs.Forget(chronology);
        // Last: an answer that is worked out from what was remembered is not kept then.
        answers.Forget(chronology);
    }
}
