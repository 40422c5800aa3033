using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Service.Store;
using Chronology.Service.Web;
using MediatR;
using Npgsql;

namespace Chronology.Service.Cite;

/// <summary>An answer without its name, and its seal.</summary>
public sealed record SealedAnswer(CanonicalQuestion Question, Basis Basis, JsonObject Answer, Seal Seal)
{
    /// <summary>RFC 8785.</summary>
    public string Body { get; } = CanonicalJson.Of(Answer);
}

/// <summary>An answer found by its id.</summary>
/// <param name="Body">Canonical JSON.</param>
/// <param name="Hashed">What the hash was taken over.</param>
public sealed record FoundAnswer(CanonicalQuestion Question, AnswerName Name, string Body, string Hashed);

/// <summary>Asks questions again, keeps answers that are cited, and finds both by their ids.</summary>
public sealed class KeptAnswers(
    QuestionBook book,
    Seals seals,
    Moments moments,
    NpgsqlDataSource source,
    TimeProvider clock,
    ISender sender
)
{
    /// <summary>Asks, and checks the answer's texts against the ledger.</summary>
    /// <returns>Or the question's own rejection, or <c>not-found</c>: nothing at that path can be cited.</returns>
    /// <exception cref="AnswerDoesNotMatchException">The ledger says otherwise.</exception>
    public async Task<Result<SealedAnswer>> AskAsync(
        string chronology,
        string path,
        IQueryCollection query,
        CancellationToken ct
    )
    {
        var told = await AnswerAsync(chronology, path, query, ct);
        if (told.Rejection is { } rejection)
            return rejection;
        var answer = told.Value;
        var basis = answer["basis"].Deserialize<Basis>(Answers.Json)!;
        var question = CanonicalQuestion.Of(path, query, basis);
        var blind = AnswerNames.Blind(question, answer);
        var seal = await seals.OfAsync(chronology, basis.KnownAt.Position, blind, ct);
        await seals.CheckAsync(chronology, blind, seal, ct);
        return new SealedAnswer(question, basis, answer, seal);
    }

    /// <summary>The answer without its name.</summary>
    public async Task<Result<JsonObject>> AnswerAsync(
        string chronology,
        string path,
        IQueryCollection query,
        CancellationToken ct
    )
    {
        if (await book.AskAsync(chronology, path, query, sender, ct) is not { } told)
            return new Rejection("not-found", "There is no answer at this address that could be cited.");
        if (told.IsOk)
            told.Value.Remove("answer");
        return told;
    }

    /// <summary>Stores an answer, once however often it is cited, and names it.</summary>
    public async Task<AnswerName> KeepAsync(string chronology, SealedAnswer answer, CancellationToken ct)
    {
        var id = AnswerIds.Cited(answer.Question, answer.Seal);
        await using var command = source.CreateCommand(
            """
            insert into chronology.answer (chronology, id, question, position, hash, body, hashed, cited_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing
            """
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(answer.Question.ToString());
        command.Parameters.AddWithValue(answer.Basis.KnownAt.Position);
        command.Parameters.AddWithValue(answer.Seal.Hash);
        command.Parameters.AddWithValue(answer.Body);
        command.Parameters.AddWithValue(answer.Seal.Hashed);
        command.Parameters.AddWithValue(clock.GetUtcNow().ToUniversalTime());
        await command.ExecuteNonQueryAsync(ct);
        return new(id, answer.Seal.Text, AnswerName.PermalinkOf(chronology, id));
    }

    /// <summary>A stored answer as it was given, or one that was not, worked out again.</summary>
    /// <returns>Or <c>no-such-answer</c>, or <c>no-such-chronology</c>.</returns>
    /// <exception cref="AnswerDoesNotMatchException">Worked out again it is another one.</exception>
    public async Task<Result<FoundAnswer>> FindAsync(string chronology, string id, CancellationToken ct)
    {
        var head = await moments.ResolveAsync(chronology, Axes.Now, ct);
        if (head.Rejection is { } unknown)
            return unknown;
        return AnswerIds.IsCited(id) ? await ReadAsync(chronology, id, ct)
            : AnswerIds.Read(id) is var (question, hash) ? await WorkedOutAsync(chronology, id, question, hash, ct)
            : NoSuch;
    }

    private static readonly Rejection NoSuch = new(
        "no-such-answer",
        "No answer has this id: check that it was copied whole."
    );

    private async Task<Result<FoundAnswer>> ReadAsync(string chronology, string id, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            "select question, hash, body, hashed from chronology.answer where chronology = $1 and id = $2"
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
            return NoSuch;
        var hash = Seal.TextOf(reader.GetFieldValue<byte[]>(1));
        return new FoundAnswer(
            CanonicalQuestion.Read(reader.GetString(0))!,
            new(id, hash, AnswerName.PermalinkOf(chronology, id)),
            reader.GetString(2),
            reader.GetString(3)
        );
    }

    private async Task<Result<FoundAnswer>> WorkedOutAsync(
        string chronology,
        string id,
        CanonicalQuestion question,
        string hash,
        CancellationToken ct
    )
    {
        if (!question.IsOfThisService)
        {
            return new Rejection(
                "no-such-answer",
                $"That answer has the rules {question.Rules} and the format {question.Format}, this service gives 1 to {RulesVersion.All.Count} and {Moment.Format}: an answer that is to outlast them has to be cited."
            );
        }
        var again = await AskAsync(
            chronology,
            question.Path,
            question.AskedAt(question.Position, byItsRules: true),
            ct
        );
        if (again.Rejection is not null || again.Value.Question.ToString() != question.ToString())
            return NoSuch;
        var seal = again.Value.Seal;
        if (!AnswerIds.Begins(hash, seal))
        {
            throw new AnswerDoesNotMatchException(
                $"Worked out again, the answer to {question} has the hash {seal.Text}, and its id says {hash}: one of the two is not what this service gave."
            );
        }
        return new FoundAnswer(
            question,
            new(id, seal.Text, AnswerName.PermalinkOf(chronology, id)),
            again.Value.Body,
            seal.Hashed
        );
    }
}
