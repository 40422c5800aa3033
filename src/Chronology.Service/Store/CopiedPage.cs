using Marten;

namespace Chronology.Service.Store;

/// <summary>Writes a page of many revisions by COPY: while the server takes some rows, the next are made.</summary>
internal static class CopiedPage
{
    /// <summary>In the page's transaction, which stays open.</summary>
    /// <param name="page">With all its revisions.</param>
    public static async Task WriteAsync(IDocumentStore store, Page page, CancellationToken ct)
    {
        var connection = page.Transaction.Connection!;
        // What takes longest to make is wanted last.
        var folding = Task.Run(
            () => FoldedPage.Of("", page.Chronology, page.Revisions.Select(revision => revision.Folded), page.Before),
            ct
        );
        var making = Task.Run(() => new EventRows(store, [page]), ct);
        var ledger = Writer.NewLedger();
        foreach (var revision in page.Revisions)
            revision.AddTo(ledger, page.Chronology);
        await ledger.CopyAsync(connection, ct);
        var events = await making;
        await events.CopyAsync(connection, ct);
        var folded = await folding;
        await Statement.RunAsync(connection, [Writer.Advance(page, folded)], ct);
        await folded.CopyAsync(connection, ct);
    }
}
