using System.CommandLine;
using System.Text.Json.Serialization;
using Chronology.Service.Catalogue;
using Chronology.Service.Rebuild;
using Chronology.Service.Store;
using Chronology.Service.Store.Embedded;
using Chronology.Service.Web;
using MediatR;
using Npgsql;
using Command = System.CommandLine.Command;

namespace Chronology.Service.Cli;

/// <summary><c>chronology migrate</c></summary>
public static class MigrateVerb
{
    /// <param name="Applied">Names, in the order in which they were applied; empty: the database was up to date.</param>
    public sealed record MigrateAnswer(IReadOnlyList<string> Applied);

    public static Verb Of(Run run)
    {
        var command = new Command("migrate", "Bring the database up to date; any number at once are safe") { run.Json };
        command.SetAction(
            async (parsed, ct) =>
            {
                var settings = Settings.Read(run.Around, run.Given);
                using var logs = LoggerFactory.Create(logging => logging.AddLines(settings, LogLevel.Warning));
                await using var database = await OpenedDatabase.OpenAsync(
                    settings,
                    logs.CreateLogger<EmbeddedPostgres>(),
                    ct
                );
                await OpenedDatabase.PendingAsync(database.Source, ct);
                var applied = await Migrations.ApplyAsync(database.Source, ct);
                return run.Tell(
                    parsed,
                    new MigrateAnswer([.. applied.Select(migration => migration.Name)]),
                    Tables.Migrated
                );
            }
        );
        return new(
            command,
            "CHRONOLOGY_DB=\"Host=127.0.0.1;Database=chronology;Username=chronology\" chronology migrate"
        );
    }
}

/// <summary><c>chronology status</c></summary>
public static class StatusVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="Status">ready, or what is wrong: unavailable, migrations-pending, database-is-newer, not-made or the like.</param>
    /// <param name="Database">named (by CHRONOLOGY_DB) or embedded.</param>
    /// <param name="Detail">One sentence where it is not ready.</param>
    /// <param name="Pending">Migrations.</param>
    public sealed record StatusAnswer(
        string Status,
        string Database,
        string? Detail,
        IReadOnlyList<string> Pending,
        IReadOnlyList<ChronologyHead> Chronologies
    );

    /// <param name="Rules">The version adopted at the head.</param>
    /// <param name="StateHash">Of everything derived up to the head; left out unless it is asked for.</param>
    public sealed record ChronologyHead(
        string Slug,
        string Title,
        KnownAt Head,
        int Rules,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? StateHash
    );

    public static Verb Of(Run run)
    {
        var hashed = new Option<bool>("--state-hash")
        {
            Description =
                "Also the hash of all that is derived of each chronology; reads everything, so it takes a while",
        };
        var command = new Command("status", "Whether the database answers and is up to date, and what is in it")
        {
            hashed,
            run.Json,
        };
        command.SetAction(
            async (parsed, ct) =>
            {
                var answer = await AskAsync(run, parsed.GetValue(hashed), ct);
                run.Tell(parsed, answer, Tables.Status);
                if (answer.Status == "ready")
                    return Exit.Done;
                await run.Around.Error.WriteLineAsync($"{answer.Status}: {answer.Detail}");
                return Exit.Fault;
            }
        );
        return new(command, "chronology status", "chronology status --state-hash --json");
    }

    private static async Task<StatusAnswer> AskAsync(Run run, bool hashed, CancellationToken stop)
    {
        var settings = Settings.Read(run.Around, run.Given);
        var named = settings[Settings.Database] is { Length: > 0 };
        var kind = named ? "named" : "embedded";
        try
        {
            if (
                !named && !Directory.Exists(Path.Combine(EmbeddedPostgresOptions.From(settings).DataFolder, "postgres"))
            )
                return new("not-made", kind, "There is no database yet: chronology serve makes one.", [], []);
            using var logs = LoggerFactory.Create(logging => logging.AddLines(settings, LogLevel.Warning));
            await using var database = await OpenedDatabase.OpenAsync(
                settings,
                logs.CreateLogger<EmbeddedPostgres>(),
                stop
            );
            using var patience = new CancellationTokenSource(Patience, run.Around.Clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
            StatusAnswer answer;
            try
            {
                answer = await LookAsync(database.Source, kind, either.Token);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                return new("unavailable", kind, "The database has not answered for 5 seconds.", [], []);
            }
            return hashed ? await HashAsync(run, database.Source, answer, stop) : answer;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            var (code, detail, _) = Faults.Tell(fault);
            return new(code, kind, detail, [], []);
        }
    }

    private static async Task<StatusAnswer> LookAsync(NpgsqlDataSource source, string kind, CancellationToken ct)
    {
        var pending = await OpenedDatabase.PendingAsync(source, ct);
        if (pending.Count > 0)
            return new(
                "migrations-pending",
                kind,
                "Migrations are pending: run chronology migrate.",
                [.. pending.Select(migration => migration.Name)],
                []
            );
        await using var services = new ServiceCollection().AddLogging().AddChronology(source).BuildServiceProvider();
        var all = await services.GetRequiredService<ISender>().Send(new AllChronologies(), ct);
        return new(
            "ready",
            kind,
            null,
            [],
            [
                .. all.Value.Chronologies.Select(card => new ChronologyHead(
                    card.Slug,
                    card.Title,
                    card.Head,
                    card.Rules,
                    null
                )),
            ]
        );
    }

    private static async Task<StatusAnswer> HashAsync(
        Run run,
        NpgsqlDataSource source,
        StatusAnswer answer,
        CancellationToken ct
    )
    {
        await using var services = new ServiceCollection().AddLogging().AddChronology(source).BuildServiceProvider();
        var sender = services.GetRequiredService<ISender>();
        var heads = new List<ChronologyHead>();
        foreach (var one in answer.Chronologies)
        {
            var hash = await ImportVerb.ShowAsync(
                run.Around,
                one.Slug,
                0,
                () => 0,
                () => sender.Send(new StateHashOf(one.Slug, one.Head.Position), ct)
            );
            heads.Add(one with { StateHash = hash.Value.StateHash });
        }
        return answer with { Chronologies = heads };
    }
}
