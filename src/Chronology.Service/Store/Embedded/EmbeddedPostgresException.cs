namespace Chronology.Service.Store.Embedded;

/// <summary>The private cluster cannot be used for a reason that the person at the keyboard can mend.</summary>
/// <remarks>The message is one sentence that says what is wrong and what to do; the command line prints it as it is.</remarks>
public sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);
