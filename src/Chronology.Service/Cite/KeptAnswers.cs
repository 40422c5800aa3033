using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Service.Store;
using Chronology.Service.Store.Remembered;
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

/// <param name="Question">Canonical.</param>
public sealed record KeptQuestion(string Id, string Question);

/// <summary>Asks questions again, keeps answers that are cited, and finds both by their ids.</summary>
public sealed class KeptAnswers(
    QuestionBook book,
    Seals seals,
    Moments moments,
    Reading source,
    TimeProvider clock,
    ISender sender
)
{
    /// <summary>Asks the database, and checks the answer's texts against the ledger.</summary>
    /// <returns>Or the question's own rejection, or <c>not-found</c>: nothing at that path can be cited.</returns>
    /// <exception cref="AnswerDoesNotMatchException">The ledger says otherwise.</exception>
    public async Task<Result<SealedAnswer>> AskAsync(
        string chronology,
        string path,
        IQueryCollection query,
        CancellationToken ct
    )
    {
        Result<WrittenAnswer> told;
        using (RememberedPairs.SetAside())
            told = await AnswerAsync(chronology, path, query, ct);
        if (told.Rejection is { } rejection)
            return rejection;
        var answer = told.Value.Body;
        var basis = answer["basis"].Deserialize<Basis>(Answers.Json)!;
        var question = CanonicalQuestion.Of(path, query, told.Value, basis);
        var blind = AnswerNames.Blind(question, JsonSerializer.SerializeToUtf8Bytes(answer, Answers.Json));
        var positions = told.Value.ReadAlsoAt.Prepend(basis.KnownAt.Position).ToArray();
        var seal = await seals.OfAsync(chronology, positions, blind, ct);
        await seals.CheckAsync(chronology, blind, seal, ct);
        return new SealedAnswer(question, basis, answer, seal);
    }

    /// <summary>The answer without its name.</summary>
    public async Task<Result<WrittenAnswer>> AnswerAsync(
        string chronology,
        string path,
        IQueryCollection query,
        CancellationToken ct
    )
    {
        if (await book.AskAsync(chronology, path, query, sender, ct) is not { } told)
            return new Rejection("not-found", "There is no answer at this address that could be cited.");
        if (told.IsOk)
            told.Value.Body.Remove("answer");
        return told;
    }

    /// <summary>Whether a question keeps to its own rules: one that was asked under those of its chronology follows what that adopts.</summary>
    /// <returns>Or the rejection of the question's axes.</returns>
    public async Task<Result<bool>> KeepsItsRulesAsync(
        string chronology,
        CanonicalQuestion question,
        CancellationToken ct
    )
    {
        var adopted = await moments.ResolveAsync(chronology, question.Axes with { Rules = null }, ct);
        return adopted.Map(moment => moment.Rules.Number.ToString(CultureInfo.InvariantCulture) != question.Axes.Rules);
    }

    /// <summary>What a question is answered as known at a position, whatever that is; of one that is refused there the code.</summary>
    /// <param name="byItsRules">As <see cref="KeepsItsRulesAsync"/> tells.</param>
    public async Task<string> SaidAtAsync(
        string chronology,
        CanonicalQuestion question,
        long position,
        bool byItsRules,
        CancellationToken ct
    )
    {
        var said = await AnswerAsync(chronology, question.Path, question.AskedAt(position, byItsRules), ct);
        return said.Rejection is { } refused ? refused.Code : Said(said.Value.Body);
    }

    /// <summary>What an answer says, whatever it was known at.</summary>
    public static string Said(JsonObject answer)
    {
        answer.Remove("basis");
        if (answer["next"] is JsonValue next && next.GetValueKind() == JsonValueKind.String)
            answer["next"] = Cursors.MovedTo(next.GetValue<string>(), 0);
        return CanonicalJson.Of(answer);
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

    /// <summary>The cited answers of a chronology: those first whose questions name one of the words, then the others; each by id.</summary>
    /// <param name="limit">The most that are listed.</param>
    /// <returns>And how many there are.</returns>
    public async Task<(IReadOnlyList<KeptQuestion> First, long All)> NamingAsync(
        string chronology,
        string[] words,
        int limit,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            """
            with named as (
                select id, question, 0 as rank from chronology.answer
                where chronology = $1 and chronology.question_words(question) && $2 order by id limit $3),
            other as (
                select id, question, 1 as rank from chronology.answer
                where chronology = $1 and not chronology.question_words(question) && $2 order by id limit $3)
            select id, question, (select count(*) from chronology.answer where chronology = $1)
            from (select * from named union all select * from other) a order by rank, id limit $3
            """
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(words);
        command.Parameters.AddWithValue(limit);
        var first = new List<KeptQuestion>();
        var all = 0L;
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            first.Add(new(reader.GetString(0), reader.GetString(1)));
            all = reader.GetInt64(2);
        }
        return (first, all);
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
