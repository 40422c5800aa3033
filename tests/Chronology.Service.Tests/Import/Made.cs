using System.Text;

namespace Chronology.Service.Tests.Import;

/// <summary>Rows that we made up, in the form of the data sets.</summary>
internal static class Made
{
    public const string IcewsHeader =
        "Event ID\tEvent Date\tSource Name\tSource Sectors\tSource Country\tEvent Text\tCAMEO Code\tIntensity\tTarget Name\tTarget Sectors\tTarget Country\tStory ID\tSentence Number\tPublisher\tCity\tDistrict\tProvince\tCountry\tLatitude\tLongitude";

    public static string Icews(
        int id,
        string source,
        string code,
        string target,
        string story = "7",
        string sentence = "2",
        string text = "Consult"
    ) =>
        $"{id}\t2018-06-01\t{source}\tNA\t{source}\t{text}\t{code}\t1\t{target}\tNA\t{target}\t{story}\t{sentence}\tThe Daily\tHanoi\tNA\tNA\tVietnam\t21.02\t105.84";

    /// <summary>58 columns, or 57 without an address.</summary>
    public static string Gdelt1(
        int id,
        string one,
        string code,
        string other,
        string? url = "https://example.org/report"
    )
    {
        var cells = new string[url is null ? 57 : 58];
        Array.Fill(cells, "");
        (cells[0], cells[1], cells[5], cells[15], cells[26]) = ($"{id}", "20130405", one, other, code);
        (cells[30], cells[31], cells[32], cells[33], cells[34]) = ("2.8", "12", "3", "10", "-1.25");
        (cells[50], cells[56]) = ("Moscow, Moskva, Russia", "20130406");
        if (url is not null)
            cells[57] = url;
        return string.Join('\t', cells);
    }

    /// <summary>61 columns.</summary>
    public static string Gdelt2(int id, string one, string code, string other)
    {
        var cells = new string[61];
        Array.Fill(cells, "");
        (cells[0], cells[1], cells[5], cells[15], cells[26]) = ($"{id}", "20200330", one, other, code);
        (cells[31], cells[52], cells[59], cells[60]) = (
            "2",
            "Kabul, Kabol, Afghanistan",
            "20210330024500",
            "https://example.org/x"
        );
        return string.Join('\t', cells);
    }

    public static MemoryStream Stream(params IEnumerable<string> lines) =>
        new(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
}
