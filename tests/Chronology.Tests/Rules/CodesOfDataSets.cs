using Chronology.Rules;

namespace Chronology.Tests.Rules;

public sealed class CodesOfDataSets
{
    [Theory]
    [InlineData("040", "meeting-held")]
    [InlineData("042", "visit-made")]
    [InlineData("043", "visit-made")]
    [InlineData("036", "intent-declared")]
    [InlineData("0356", "intent-declared")]
    [InlineData("193", "force-used")]
    [InlineData("1823", "terror-attack-attributed")]
    [InlineData("100", "demand-made")]
    [InlineData("130", "threat-made")]
    [InlineData("0872", "concession-promised")]
    [InlineData("173", "persons-detained")]
    public void stand_for_the_type_that_names_them_or_their_nearest_parent(string code, string type) =>
        Assert.Equal(type, CodedTypes.Of(code)?.Code);

    [Theory]
    [InlineData("141")]
    [InlineData("175")]
    [InlineData("204")]
    [InlineData("40")]
    [InlineData("")]
    [InlineData("---")]
    public void stand_for_nothing_where_no_type_comes_near(string code) => Assert.Null(CodedTypes.Of(code));

    [Fact]
    public void stand_for_a_type_but_for_protests_mass_violence_and_a_part_of_coercion() =>
        Assert.Equal(
            ["14", "17", "20"],
            Vocabulary
                .Cameo.Keys.Where(code => CodedTypes.Of(code) is null)
                .Select(code => code[..2])
                .Distinct()
                .Order(StringComparer.Ordinal)
        );

    [Theory]
    [InlineData("042", "043", true)]
    [InlineData("040", "040", true)]
    [InlineData("036", "036", true)]
    [InlineData("042", "042", false)]
    [InlineData("112", "112", false)]
    [InlineData("190", "190", false)]
    [InlineData("040", "046", false)]
    public void tell_one_event_from_both_sides_where_it_is_mutual_or_friendly(string one, string other, bool one_event)
    {
        Assert.Equal(one_event, CodedTypes.AreReciprocal(one, other));
        Assert.Equal(one_event, CodedTypes.AreReciprocal(other, one));
    }

    [Theory]
    [InlineData("RUS", "Russia", "state")]
    [InlineData("RUSGOV", "Government (Russia)", "government")]
    [InlineData("MNCUSA", "Multinational Corporation (United States)", "organisation")]
    [InlineData("UNO", "United Nations", "organisation")]
    [InlineData("COP", "Police", "government")]
    public void name_actors_by_their_parts(string code, string name, string kind) =>
        Assert.Equal((name, kind), CodedActors.Of(code));

    [Theory]
    [InlineData("")]
    [InlineData("XXX")]
    [InlineData("RUSX")]
    [InlineData("RUSUSA")]
    [InlineData("rus")]
    public void name_nobody_where_a_part_is_unknown(string code) => Assert.Null(CodedActors.Of(code));
}
