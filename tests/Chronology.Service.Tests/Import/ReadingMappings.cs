using System.Text;
using Chronology.Recording;
using Chronology.Service.Import;

namespace Chronology.Service.Tests.Import;

public sealed class ReadingMappings
{
    private const string Visits = """
        {"dataSet":{"key":"visits","title":"Visits of state"},
         "tables":{"certain":{"y":"confirmed","n":"reported"}},
         "records":[{"record":"event","key":"visits-{no}","type":"visit-made",
           "occurred":{"column":"day","date":"dd/MM/yyyy"},
           "title":"{guest} visits {host}","place":{"column":"town","default":"unknown"},
           "credibility":{"column":"sure","table":"certain","default":"reported"},
           "actors":[{"actor":{"column":"guest","actor":"person"},"role":"actor"},{"actor":{"column":"host","actor":"state"},"role":"recipient"}],
           "tags":[{"column":"tags","split":";"}]}]}
        """;

    private static Result<Mapping> Read(string json) => Mapping.Read(Encoding.UTF8.GetBytes(json));

    private static async Task<string> ToldAsync(string mapping, params string[] lines)
    {
        var ct = TestContext.Current.CancellationToken;
        var told = new List<string>();
        await foreach (
            var draft in Read(mapping).Value.ReadAsync(TextRows.ReadAsync(Made.Stream(lines), ',', true, ct), ct)
        )
        {
            told.Add(
                draft switch
                {
                    Draft.Body body => body.Fields.ToJsonString(
                        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
                    ) + string.Concat(body.Parties.Select(party => $" {party.Name}={party.Kind}")),
                    Draft.Refused refused => $"{refused.Line}:{refused.Rejection.Code}",
                    _ => "?",
                }
            );
        }
        return string.Join('\n', told);
    }

    [Fact]
    public async Task fills_the_body_of_a_record() =>
        Assert.Equal(
            """
            {"key":"visits-7","type":"visit-made","occurred":"1974-07-30","title":"Arafat visits USSR","place":"Moscow","credibility":"confirmed","actors":[{"actor":null,"role":"actor"},{"actor":null,"role":"recipient"}],"tags":["plo","state"],"coding":{"dataSet":"visits","rows":[{"id":"visits-7","date":"1974-07-30","code":null,"source":{"name":"Arafat"},"target":{"name":"USSR"}}]},"citations":[{"source":"visits","locator":"visits-7"}]} Arafat=person USSR=state
            """,
            await ToldAsync(Visits, "no,day,guest,host,town,sure,tags", "7,30/07/1974,Arafat,USSR,Moscow,y,plo;state")
        );

    [Fact]
    public async Task refuses_a_row_that_names_somebody_without_a_letter() =>
        Assert.Equal(
            "2:nameless-actor",
            await ToldAsync(Visits, "no,day,guest,host,town,sure,tags", "7,30/07/1974,!!!,USSR,,,")
        );

    [Fact]
    public async Task leaves_out_whom_no_cell_names() =>
        Assert.Contains(
            """ "place":"unknown","credibility":"reported","actors":[{"actor":null,"role":"actor"}],"tags":[]""".TrimStart(),
            await ToldAsync(Visits, "no,day,guest,host,town,sure,tags", "7,30/07/1974,Arafat,,,,"),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task refuses_rows_by_line_and_reads_on() =>
        Assert.Equal(
            "2:invalid-date\n3:wrong-columns\n4:invalid-date",
            await ToldAsync(Visits, "no,day,guest,host,town,sure,tags", "7,1974,A,B,,,", "7,8", "8,31/02/1974,A,B,,,")
        );

    [Fact]
    public async Task refuses_a_value_that_its_table_has_not() =>
        Assert.Equal(
            "2:unmapped-value",
            await ToldAsync(
                Visits.Replace(""","default":"reported"}""", "}", StringComparison.Ordinal),
                "no,day,guest,host,town,sure,tags",
                "7,30/07/1974,A,B,,perhaps,"
            )
        );

    [Fact]
    public async Task refuses_a_file_without_a_column_that_is_named() =>
        Assert.Equal("2:wrong-columns", await ToldAsync(Visits, "no,day,guest,host", "7,30/07/1974,A,B"));

    [Fact]
    public async Task is_as_precise_as_the_form_of_the_date() =>
        Assert.Contains(
            """{"key":"k","type":"visit-made","occurred":"1974-07","title":"x {7}","noSource":"-"}""",
            await ToldAsync(
                """{"records":[{"record":"event","key":"k","type":"visit-made","occurred":{"text":"{y}/{m}","date":"yyyy/MM"},"title":"x {{{y2}}}","noSource":"-"}]}""",
                "y,m,y2",
                "1974,07,7"
            ),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("[]", "")]
    [InlineData("""{"records":[]}""", "/records")]
    [InlineData("""{"records":[{"record":"era"}]}""", "/records/0/record")]
    [InlineData("""{"recrods":[]}""", "/recrods")]
    [InlineData("""{"separator":"ab","records":[{"record":"event"}]}""", "/separator")]
    [InlineData("""{"header":false,"records":[{"record":"event"}]}""", "/columns")]
    [InlineData("""{"records":[{"record":"event","title":{"column":"a","upper":true}}]}""", "/records/0/title/upper")]
    [InlineData("""{"records":[{"record":"event","title":{"column":"a","table":"t"}}]}""", "/records/0/title/table")]
    [InlineData("""{"records":[{"record":"event","title":{"column":"a","text":"b"}}]}""", "/records/0/title")]
    [InlineData("""{"dataSet":{"key":"A B","title":"x"},"records":[{"record":"event"}]}""", "/dataSet")]
    public void refuses_a_mapping_that_means_nothing(string json, string pointer)
    {
        var rejection = Read(json).Rejection!;
        Assert.Equal(("invalid-mapping", pointer), (rejection.Code, rejection.Pointer));
    }
}
