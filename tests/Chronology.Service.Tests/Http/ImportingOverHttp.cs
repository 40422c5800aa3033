using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Chronology.Service.Tests.Http;

public sealed class ImportingOverHttp(ServedOnce served) : OverHttp(served)
{
    private static string Line(string body, string more = ""","revision":1""") =>
        """{"record":"event" """ + more + "," + body[1..];

    private static string Counts(Answer report) =>
        $"{report["recorded"]} {report["unchanged"]} {report["unnumbered"]} {report.List("refused").Count}";

    private static string Refused(Answer report) =>
        string.Join(' ', report.List("refused").Select(line => $"{line!["line"]}:{line["code"]}"));

    /// <summary>Sends bytes as lines, packed as it is said.</summary>
    private async Task<Answer> SendAsync(byte[] bytes, string encoding)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/x-ndjson");
        content.Headers.ContentEncoding.Add(encoding);
        return await Answer.OfAsync(
            await Service.Client.PostAsync(
                new Uri($"{Path}/import", UriKind.Relative),
                content,
                TestContext.Current.CancellationToken
            )
        );
    }

    private static byte[] Packed(string lines)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(lines));
        return packed.ToArray();
    }

    private static readonly string Many = string.Concat(
        Enumerable
            .Range(0, 500)
            .Select(i =>
                $$"""{"record":"issue","key":"issue-{{i}}","revision":1,"title":"{{Convert.ToHexString(SHA256.HashData([(byte)i, (byte)(i >> 8)]))}}"}"""
                + "\n"
            )
    );

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZip")]
    [InlineData("x-gzip")]
    public async Task lines_may_come_packed(string encoding)
    {
        var report = await SendAsync(Packed(Many), encoding);

        Assert.Equal((500, 0), ((int)report["recorded"]!, report.List("refused").Count));
        Assert.Equal(AfterCast + 500, await HeadAsync());
    }

    [Fact]
    public async Task packed_lines_that_are_cut_off_are_told()
    {
        var packed = Packed(Many);
        var report = await SendAsync(packed[..(packed.Length / 2)], "gzip");

        Assert.Equal("damaged-file", report.Each("refused", "code"));
        Assert.Equal(AfterCast + (int)report["recorded"]!, await HeadAsync());
        Assert.Equal(500, (int)(await SendAsync(packed, "gzip"))["recorded"]! + (int)report["recorded"]!);
    }

    [Fact]
    public async Task lines_packed_in_another_way_are_refused()
    {
        var report = await SendAsync(Packed(Many), "br");

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported-media-type"), (report.Status, report.Code));
        Assert.Equal(AfterCast, await HeadAsync());
    }

    [Fact]
    public async Task other_bodies_are_not_unpacked()
    {
        using var content = new ByteArrayContent(Packed(Event("packed", "1950")));
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        var refused = await Answer.OfAsync(
            await Service.Client.PostAsync(
                new Uri($"{Path}/events", UriKind.Relative),
                content,
                TestContext.Current.CancellationToken
            )
        );

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported-media-type"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task references_may_point_forward()
    {
        var report = await ImportAsync(
            """
            {"record":"correct","of":"event","key":"speech","revision":2,"changes":{"title":"A speech"},"reason":{"code":"correction"}}
            {"record":"event","key":"speech","revision":1,"type":"statement-made","occurred":"1950","title":"speech","actors":[{"actor":"egypt","role":"actor"}],"citations":[{"source":"letter"}]}
            {"record":"actor","key":"egypt","revision":1,"kind":"state","name":"Egypt"}
            {"record":"source","key":"letter","revision":1,"kind":"primary"}
            """
        );

        Assert.Equal("4 0 0 0", Counts(report));
        Assert.Equal(AfterCast + 4, report.Position);
        Assert.Equal("A speech", (string?)(await GetAsync("/events/speech"))["title"]);
    }

    [Fact]
    public async Task strictly_too()
    {
        var report = await ImportAsync(
            """
            {"record":"dispute","of":"event","key":"speech","revision":2,"reason":{"code":"dispute"}}
            {"record":"event","key":"speech","revision":1,"type":"statement-made","occurred":"1950","title":"speech","actors":[{"actor":"egypt","role":"actor"}],"noSource":"-"}
            {"record":"actor","key":"egypt","revision":1,"kind":"state","name":"Egypt"}
            """,
            strict: true
        );

        Assert.Equal("3 0 0 0", Counts(report));
        Assert.Equal("disputed", (string?)(await GetAsync("/events/speech"))["status"]);
    }

    [Fact]
    public async Task numbered_lines_can_be_repeated_after_any_of_them()
    {
        var lines = $$$"""
            {{{Line(Event("speech", "1950"))}}}
            {"record":"correct","of":"event","key":"speech","revision":2,"changes":{"title":"A speech"},"reason":{"code":"correction"}}
            {"record":"retract","of":"event","key":"speech","revision":3,"reason":{"code":"correction","note":"no"}}
            {"record":"reinstate","of":"event","key":"speech","revision":4,"reason":{"code":"correction"}}
            {"record":"dispute","of":"event","key":"speech","revision":5,"reason":{"code":"dispute"}}
            {"record":"resolve","of":"event","key":"speech","revision":6,"credibility":"confirmed","reason":{"code":"reassessment"}}
            """;
        await ImportAsync(string.Join('\n', lines.Split('\n').Take(3)));
        var whole = await ImportAsync(lines);
        var again = await ImportAsync(lines);

        Assert.Equal("3 3 0 0", Counts(whole));
        Assert.Equal(("0 6 0 0", AfterCast + 6), (Counts(again), again.Position));
    }

    [Theory]
    [InlineData(
        """{"record":"correct","of":"event","key":"speech","revision":2,"changes":{"title":"Other"},"reason":{"code":"correction"}}"""
    )]
    [InlineData(
        """{"record":"correct","of":"event","key":"speech","revision":2,"changes":{"title":"A speech"},"reason":{"code":"correction","note":"Another reason."}}"""
    )]
    [InlineData(
        """{"record":"correct","of":"event","key":"speech","revision":2,"changes":{"title":"A speech"},"reason":{"code":"correction"},"citations":[{"source":"ref"}]}"""
    )]
    [InlineData("""{"record":"retract","of":"event","key":"speech","revision":2,"reason":{"code":"correction"}}""")]
    [InlineData(
        """{"record":"correct","of":"event","key":"speech","revision":4,"changes":{"title":"Other"},"reason":{"code":"correction"}}"""
    )]
    [InlineData(
        """{"record":"event","key":"speech","revision":1,"type":"statement-made","occurred":"1999","title":"speech","noSource":"-"}"""
    )]
    [InlineData(
        """{"record":"event","key":"other","revision":2,"type":"statement-made","occurred":"1999","title":"speech","noSource":"-"}"""
    )]
    public async Task a_number_that_is_taken_by_other_content_or_not_the_next_is_stale(string line)
    {
        await RecordAsync(Event("speech", "1950"));
        await PatchAsync("/events/speech", 1, """ "title":"A speech" """);
        var report = await ImportAsync(line);

        Assert.Equal(("0 0 0 1", "1:stale-revision"), (Counts(report), Refused(report)));
        Assert.Equal(AfterCast + 2, report.Position);
    }

    [Fact]
    public async Task unnumbered_lines_apply_to_what_is_there_and_are_counted()
    {
        var report = await ImportAsync(
            $$$"""
            {{{Line(Event("speech", "1950"), "")}}}
            {"record":"correct","of":"event","key":"speech","changes":{"title":"A speech"},"reason":{"code":"correction"}}
            {"record":"actor","key":"ussr","kind":"state","name":"Soviet Union"}
            """
        );

        Assert.Equal("2 1 2 0", Counts(report));
        Assert.Equal(2, (int)(await GetAsync("/events/speech"))["revision"]!);
    }

    [Fact]
    public async Task good_lines_are_recorded_and_bad_ones_told_by_number()
    {
        const string Lines = """
            {"record":"issue","key":"one","revision":1,"title":"One"}
            not json

            {"record":"issue","key":"two","revision":1,"title":"Two","colour":"red"}
            {"record":"event","key":"x","revision":1,"type":"statement-made","occurred":"1950","title":"x","noSource":"-","actors":[{"actor":"nobody","role":"actor"}]}
            {"record":"correct","of":"issue","key":"nothing","revision":2,"changes":{"title":"x"},"reason":{"code":"correction"}}
            {"record":"era","key":"article","title":"x","span":"1950"}
            {"record":"merge","of":"event","key":"x","into":"y","reason":{"code":"merge"}}
            {"record":"issue","key":"ussr","revision":0,"title":"x"}
            []
            {"record":"issue","key":"three","revision":1,"title":"Three"}
            """;
        var report = await ImportAsync(Lines);

        Assert.Equal(HttpStatusCode.OK, report.Status);
        Assert.Equal("2 0 0 8", Counts(report));
        Assert.Equal(
            "2:malformed-json 4:unknown-field 5:unknown-actor 6:no-such-issue 7:invalid-parameter 8:no-such-event 9:invalid-parameter 10:invalid-parameter",
            Refused(report)
        );
        Assert.Equal("one plan three", (await GetAsync("/issues")).Each("issues", "key"));
        Assert.Equal(AfterCast + 2, report.Position);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"record":"actor","key":"ussr","revision":1,"kind":"state","name":"Another"}""")]
    [InlineData(
        """{"record":"event","key":"x","revision":1,"type":"statement-made","occurred":"1950","title":"x","noSource":"-","actors":[{"actor":"nobody","role":"actor"}]}"""
    )]
    public async Task strictly_nothing_is_recorded_if_any_line_is_refused(string bad)
    {
        var report = await ImportAsync(
            $$"""
            {"record":"issue","key":"one","revision":1,"title":"One"}
            {{bad}}
            """,
            strict: true
        );

        Assert.Equal("0 0 0 1", Counts(report));
        Assert.Equal(2, (int)report.List("refused").Single()!["line"]!);
        Assert.Equal((AfterCast, AfterCast), ((int)report["position"]!, (int)await HeadAsync()));
    }

    [Fact]
    public async Task takes_any_line_ending_a_bom_blank_lines_and_no_last_newline()
    {
        byte[] lines =
        [
            .. Encoding.UTF8.Preamble,
            .. Encoding.UTF8.GetBytes(
                "{\"record\":\"issue\",\"key\":\"one\",\"title\":\"One\"}\r\n\r\n  \t \n\n{\"record\":\"issue\",\"key\":\"two\",\"title\":\"Two\"}\r\nbad\r\n{\"record\":\"issue\",\"key\":\"three\",\"title\":\"Three\"}"
            ),
        ];
        var report = await ImportAsync(lines);

        Assert.Equal(("3 0 3 1", "6:malformed-json"), (Counts(report), Refused(report)));
    }

    [Fact]
    public async Task an_empty_file_records_nothing()
    {
        Assert.Equal("0 0 0 0", Counts(await ImportAsync("")));
        Assert.Equal("0 0 0 0", Counts(await ImportAsync("\n\n", strict: true)));
    }

    [Fact]
    public async Task a_line_is_at_most_a_megabyte_and_the_file_has_no_limit()
    {
        string Padded(string key, int length)
        {
            var line = $$"""{"record":"issue","key":"{{key}}","title":"x"}""";
            return line[..^1] + new string(' ', length - line.Length) + "}";
        }
        var report = await ImportAsync(
            $"{Padded("fits", 1 << 20)}\r\n{Padded("too-long", (1 << 20) + 1)}\n{Padded("far-too-long", 3 << 20)}\n{Padded("last", 100)}"
        );

        Assert.Equal(("2 0 2 2", "2:too-large 3:too-large"), (Counts(report), Refused(report)));
        Assert.Equal("fits last plan", (await GetAsync("/issues")).Each("issues", "key"));
    }

    [Fact]
    public async Task more_lines_than_a_batch_are_recorded_in_their_order()
    {
        var report = await ImportAsync(
            string.Join('\n', Enumerable.Range(0, 1_200).Select(i => Line(Event($"e-{i:0000}", "1950"))))
        );

        Assert.Equal(("1200 0 0 0", AfterCast + 1_200), (Counts(report), report.Position));
        Assert.Equal(
            "e-1199",
            (string?)(await GetAsync($"/changes?since={AfterCast + 1_199}")).List("changes").Single()!["key"]
        );
    }

    [Fact]
    public async Task a_line_of_the_chronology_itself_changes_nothing()
    {
        var slug = (string?)(await GetAsync(""))["slug"];
        var same = await ImportAsync($$"""{"record":"chronology","slug":"{{slug}}","title":"{{slug}}"}""");
        var other = await ImportAsync($$"""{"record":"chronology","slug":"{{slug}}","title":"Another"}""");

        Assert.Equal("0 1 0 0", Counts(same));
        Assert.Equal(("0 0 0 1", "1:chronology-exists"), (Counts(other), Refused(other)));
    }

    [Fact]
    public async Task the_tool_that_a_line_names_is_told()
    {
        await ImportAsync(
            """{"record":"issue","key":"one","title":"One","via":"zotero","author":"someone","recordedAt":"2020-01-01T00:00:00Z","position":99}"""
        );
        var change = (await GetAsync($"/changes?since={AfterCast}")).List("changes").Single()!;

        Assert.Equal(("zotero", AfterCast + 1), ((string?)change["via"], (int)change["position"]!));
        Assert.NotEqual("someone", (string?)change["author"]);
        Assert.NotEqual("2020-01-01T00:00:00.000000Z", (string?)change["recordedAt"]);
    }
}
