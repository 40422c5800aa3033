using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Chronology.Actors;
using Chronology.Recording;
using Chronology.Service.Store;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Import;

/// <summary>A file to be read into a chronology.</summary>
/// <param name="Mapping">Of <see cref="FileFormat.Csv"/>, and only of that.</param>
public sealed record FileToRead(string Chronology, Stream All, FileFormat Format, Mapping? Mapping);

/// <summary>Reads files of every format as numbered orders and refusals, in the order of the file.</summary>
/// <remarks>Memory holds a batch of rows, those that wait for their other side, and the names of the chronology's actors.</remarks>
public sealed class FileReader(NpgsqlDataSource source)
{
    private const int BatchSize = 500;

    public IAsyncEnumerable<FileLine> ReadAsync(FileToRead file, CancellationToken ct) =>
        file.Format == FileFormat.Lines
            ? ChronologyLines.ReadAsync(file.All, ct)
            : OrdersAsync(file.Chronology, DraftsAsync(file, ct), DataSetOf(file), ct);

    private static DataSet? DataSetOf(FileToRead file) =>
        file.Format switch
        {
            FileFormat.Icews => IcewsRows.DataSet,
            FileFormat.Gdelt1 or FileFormat.Gdelt2 => GdeltRows.DataSet(file.Format),
            _ => file.Mapping!.DataSet,
        };

    private static async IAsyncEnumerable<Draft> DraftsAsync(
        FileToRead file,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        var drafts = file.Format switch
        {
            FileFormat.Icews => IcewsRows.ReadAsync(TextRows.ReadAsync(file.All, '\t', quoted: false, ct), ct),
            FileFormat.Gdelt1 or FileFormat.Gdelt2 => GdeltRows.ReadAsync(
                file.Format,
                TextRows.ReadAsync(file.All, '\t', quoted: false, ct),
                ct
            ),
            _ => await MappedAsync(file.All, file.Mapping!, ct),
        };
        await foreach (var draft in drafts.WithCancellation(ct))
            yield return draft;
    }

    private static async Task<IAsyncEnumerable<Draft>> MappedAsync(Stream file, Mapping mapping, CancellationToken ct)
    {
        var opened = mapping.Separator is null ? await OpenedFile.LookAsync(file, ct) : new(file, null, null);
        var separator = mapping.Separator ?? (opened.FirstLine?.Contains((byte)'\t') == true ? '\t' : ',');
        return mapping.ReadAsync(
            TextRows.ReadAsync(opened.All, separator, mapping.IsQuoted ?? separator != '\t', ct),
            ct
        );
    }

    private async IAsyncEnumerable<FileLine> OrdersAsync(
        string chronology,
        IAsyncEnumerable<Draft> drafts,
        DataSet? dataSet,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        var actors = new NamedActors();
        var made = new Dictionary<string, Order>(StringComparer.Ordinal);
        var known = 0L;
        var isCited = dataSet is null;
        await foreach (var batch in drafts.Chunk(BatchSize).WithCancellation(ct))
        {
            known = await LearnAsync(actors, chronology, known, ct, key => made.Remove(key));
            if (!isCited && await IsRecordedAsync(chronology, dataSet!.Key, ct))
                isCited = true;
            foreach (var draft in batch)
            {
                switch (draft)
                {
                    case Draft.Refused refused:
                        yield return new FileLine.Refused(refused.Line, refused.Rejection);
                        break;
                    case Draft.Paired paired:
                        yield return new FileLine.Paired(paired.Line, paired.With);
                        break;
                    case Draft.Body body:
                        if (!isCited)
                        {
                            isCited = true;
                            yield return Ordered(
                                new(body.Line, RecordKind.Source, dataSet!.Source(), [], true, dataSet.Key),
                                []
                            );
                        }
                        var (needs, unheard) = Name(body, actors, made, dataSet);
                        var order = Ordered(body, needs);
                        // Nobody is known by a name that only stands in a row that cannot be read.
                        if (order is not FileLine.Ordered)
                        {
                            foreach (var key in unheard)
                            {
                                actors.Remove(key);
                                made.Remove(key);
                            }
                        }
                        yield return order;
                        break;
                }
            }
        }
    }

    /// <summary>Gives the row's actors their keys.</summary>
    /// <param name="made">What records the provisional actors of this file that nobody knows to be recorded: whichever row is recorded first
    /// needs them.</param>
    /// <returns>What the row needs of these, and the keys of those that no row before it named.</returns>
    private static (IReadOnlyList<Order> Needs, IReadOnlyList<string> Unheard) Name(
        Draft.Body body,
        NamedActors actors,
        Dictionary<string, Order> made,
        DataSet? dataSet
    )
    {
        var needs = new List<Order>();
        var unheard = new List<string>();
        var (first, last) = Days(body);
        foreach (var party in body.Parties)
        {
            var key = actors.Find(party.Name, first, last);
            if (key is null)
            {
                key = actors.KeyFor(party.Name);
                var content = new ActorContent(
                    party.Kind,
                    Coded.Short(party.Name, 500),
                    [],
                    null,
                    [],
                    dataSet is null ? [] : [new Citation(dataSet.Key, null, null)]
                )
                {
                    Provisional = true,
                };
                var id = new RecordId(RecordKind.Actor, key);
                actors.Put(new(id, 1, RecordStatus.Active, content, null, null));
                var command = new Command.Record(id, content) { FromDataSet = true };
                made.Add(key, new(command, Via: body.Via));
                unheard.Add(key);
            }
            if (made.TryGetValue(key, out var need) && !needs.Contains(need))
                needs.Add(need);
            party.In[party.Member] = key;
        }
        return (needs, unheard);
    }

    private static (Day? First, Day? Last) Days(Draft.Body body) =>
        body.Fields["occurred"] is { } said
        && said.GetValueKind() == JsonValueKind.String
        && When.From(said.GetValue<string>(), null, null, null, Time.Calendar.Gregorian.Name)
            is { IsOk: true, Value: var when }
            ? (when.Earliest, when.Latest)
            : (null, null);

    private static FileLine Ordered(Draft.Body body, IReadOnlyList<Order> needs)
    {
        var read = RecordJson.ReadRecord(body.Kind, JsonSerializer.SerializeToElement(body.Fields, RecordJson.Options));
        return read.Rejection is { } rejection
            ? new FileLine.Refused(body.Line, rejection)
            : new FileLine.Ordered(
                body.Line,
                new(read.Value with { FromDataSet = body.FromDataSet }, Via: body.Via) { Needs = needs }
            )
            {
                Apart = body.Apart is null ? null : () => Apart(body, needs),
            };
    }

    /// <summary>Each row by itself, its actors the same as together.</summary>
    private static IReadOnlyList<FileLine> Apart(Draft.Body together, IReadOnlyList<Order> needs)
    {
        var keys = together
            .Parties.DistinctBy(party => party.Name)
            .ToDictionary(party => party.Name, party => party.In[party.Member]!.GetValue<string>());
        var apart = together.Apart!();
        foreach (var party in apart.SelectMany(body => body.Parties))
            party.In[party.Member] = keys[party.Name];
        return [.. apart.Select(body => Ordered(body, needs))];
    }

    /// <summary>Takes in what was recorded of actors since, by whomever, in one query.</summary>
    /// <param name="learnt">Told the key of each.</param>
    /// <returns>The last position that was looked at.</returns>
    public async Task<long> LearnAsync(
        NamedActors actors,
        string chronology,
        long since,
        CancellationToken ct,
        Action<string>? learnt = null
    )
    {
        await using var command = source.CreateCommand(
            $"""
            select r.kind, r.key, r.revision, r.status, r.state::text, r.from_position
            from chronology.record r
            where r.chronology = $1 and r.kind = 'actor' and r.to_position = {DerivedRows.Open.ToString(
                CultureInfo.InvariantCulture
            )} and r.from_position > $2
            order by r.from_position
            """
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(since);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var row = Rows.Of(reader);
            actors.Put(row.State);
            learnt?.Invoke(row.State.Id.Key);
            since = Math.Max(since, reader.GetInt64(5));
        }
        return since;
    }

    private async Task<bool> IsRecordedAsync(string chronology, string key, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            "select exists (select from chronology.record r where r.chronology = $1 and r.kind = 'source' and r.key = $2)"
        );
        command.Parameters.AddWithValue(chronology);
        command.Parameters.AddWithValue(key);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }
}
