using System.CommandLine;
using System.Text;
using System.Text.Json;
using Chronology.Recording;
using Chronology.Service.Cite;
using Chronology.Service.Web;
using MediatR;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace Chronology.Service.Cli;

/// <summary><c>chronology answer ID</c>: an answer by its id, its citation, or what would change it today.</summary>
public static class AnswerVerb
{
    public static Verb Of(Run run)
    {
        var id = new Argument<string>("id") { Description = "As a citation or the state gives it", HelpName = "ID" };
        var citation = new Option<bool>("--citation") { Description = "How to cite it" };
        var changes = new Option<bool>("--changes") { Description = "Which revisions would change it today" };
        var since = new Option<long?>("--since")
        {
            Description = "With --changes: only those after this position",
            HelpName = "POSITION",
        };
        var json = new Option<bool>("--json") { Description = "The contract's JSON, as HTTP gives it" };
        var command = new Command("answer", "An answer by its id: the same bytes for ever")
        {
            id,
            citation,
            changes,
            since,
            run.Chronology,
            json,
        };
        command.SetAction(
            (parsed, ct) =>
            {
                var asked = parsed.GetRequiredValue(id);
                return parsed.GetValue(changes)
                        ? ToldAsync(
                            chronology => new ChangesToAnswer(
                                chronology,
                                asked,
                                parsed.GetValue(since),
                                ChangesToAnswer.DefaultLimit
                            ),
                            Tables.ChangesToAnswer
                        )
                    : parsed.GetValue(citation)
                        ? ToldAsync(
                            chronology => new CitationOfAnswer(chronology, asked, null),
                            (console, ready) => Tables.Citation(console, ready.Text)
                        )
                    : AnsweredAsync(
                        chronology => new AnswerById(chronology, asked),
                        found => Encoding.UTF8.GetBytes(found.Body),
                        (_, _) => { }
                    );

                Task<int> ToldAsync<T>(Func<string, IRequest<Result<T>>> question, Action<IAnsiConsole, T> tell) =>
                    AnsweredAsync(
                        question,
                        answer =>
                            parsed.GetValue(json) ? JsonSerializer.SerializeToUtf8Bytes(answer, Answers.Json) : null,
                        tell
                    );

                Task<int> AnsweredAsync<T>(
                    Func<string, IRequest<Result<T>>> question,
                    Func<T, byte[]?> bytes,
                    Action<IAnsiConsole, T> tell
                ) =>
                    run.AnswerAsync(
                        parsed,
                        (store, chronology) => store.Sender.Send(question(chronology), ct),
                        (console, answer) =>
                        {
                            if (bytes(answer) is { } written)
                                run.Around.OutBytes.Write(written);
                            else
                                tell(console, answer);
                        },
                        asking: true
                    );
            }
        );
        return new(
            command,
            "chronology answer 9f86d081884c7d659a2feaa0c55ad015",
            "chronology answer 9f86d081884c7d659a2feaa0c55ad015 --changes"
        );
    }
}
