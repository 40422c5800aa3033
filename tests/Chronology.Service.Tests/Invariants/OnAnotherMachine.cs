using System.Text;
using Chronology.Time;
using Npgsql;

namespace Chronology.Service.Tests.Invariants;

/// <summary>A machine with another time zone, another way to write numbers and dates, and another language in its database.</summary>
public sealed class OnAnotherMachine(TestServer server, TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string SessionOfAnotherKind =
        "-c datestyle=SQL,DMY -c intervalstyle=sql_standard -c extra_float_digits=-15 -c bytea_output=escape";

    private static readonly string[] Addresses =
    [
        "/state?asOf=1974-07-01",
        "/state?between=ussr,russia;israel&asOf=1994",
        "/state?between=ussr,plo&asOf=1974-07-01&knownAt=64",
        "/facts?asOf=1967-06-10",
        "/facts?kind=recognition&holder=ussr&toward=israel&asOf=1950",
        "/facts/history?kind=representation&holder=plo&toward=ussr&asOf=1974-07-01",
        "/stances?asOf=1991-12-20&limit=1000",
        "/score?between=ussr,russia;plo,palestine&from=1945&to=1995&step=month",
        "/events?limit=1000&asOf=2023",
        "/events/plo-embassy-moscow/history?asOf=2023",
        "/events/plo-embassy-moscow/blame?asOf=2023",
        "/actors?q=ISRAEL&asOf=2023",
        "/schemes/article-sections/eras?asOf=1956",
        "/eras/suggestions?between=ussr,russia;israel&asOf=2023",
        "/compare?from=1974-07-01@64&to=1992-01-01&between=ussr,plo",
        "/search?q=PALESTINIAN+INITIATIVE&asOf=2023",
        "/changes?limit=1000",
        "/export",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Pacific/Kiritimati")]
    [InlineData("America/St_Johns")]
    public async Task the_same_bytes_are_told(string timeZone)
    {
        await using var home = await Served.StartAsync(database.ConnectionString);
        using var abroad = await ServiceProcess.StartAbroadAsync(
            new NpgsqlConnectionStringBuilder(database.ConnectionString)
            {
                Options = SessionOfAnotherKind,
            }.ConnectionString,
            timeZone
        );
        var path = await abroad.Client.BeginAsync(timeZone[^5..].ToLowerInvariant());
        using var lines = new StringContent(
            await File.ReadAllTextAsync(Shipped.Path, Ct),
            Encoding.UTF8,
            "application/x-ndjson"
        );
        using var imported = await abroad.Client.PostAsync($"{path}/import", lines, Ct);
        Assert.Contains("\"refused\":[]", await imported.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        foreach (var address in Addresses)
            Assert.Equal(await home.Client.BytesAsync(path + address), await abroad.Client.BytesAsync(path + address));
    }

    /// <summary>In Turkish, i without a dot is the small letter of I.</summary>
    [Theory]
    [InlineData("tr-TR")]
    [InlineData("fa-IR")]
    public async Task the_same_is_told_whatever_the_language_of_the_database(string locale)
    {
        var other = await server.CreateMigratedDatabaseAsync(locale);
        await using var one = new Interview(database.ConnectionString, TimeProvider.System);
        await using (var another = new Interview(other, TimeProvider.System))
        {
            Assert.Equal(await ToldAsync(one), await ToldAsync(another));
        }
        await server.DropDatabaseAsync(other);
    }

    private static async Task<IReadOnlyList<string>> ToldAsync(Interview reader)
    {
        var chronology = await reader.ShippedAsync();
        return await reader.ToldAsync(
            chronology,
            [.. Interview.OfTheShipped, "/search?q=PALESTINIAN+INITIATIVE", "/actors?q=ISRAEL", "/issues?limit=1000"],
            [Day.Of(1974, 7, 1), Day.Of(1994, 12, 31)],
            await reader.HeadAsync(chronology)
        );
    }
}
