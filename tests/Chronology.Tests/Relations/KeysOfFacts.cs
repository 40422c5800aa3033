using Chronology.Relations;

namespace Chronology.Tests.Relations;

public sealed class KeysOfFacts
{
    [Fact]
    public void of_a_functional_kind_leave_the_value_out() =>
        Assert.Equal(
            FactKey.Of("recognition", "ussr", "israel", null, "de-jure"),
            FactKey.Of("recognition", "ussr", "israel", null, "withdrawn")
        );

    [Fact]
    public void of_another_kind_include_it() =>
        Assert.NotEqual(
            FactKey.Of("support", "ussr", "plo", null, "arms"),
            FactKey.Of("support", "ussr", "plo", null, "training")
        );

    [Fact]
    public void of_another_kind_share_the_key_of_what_ends_them() =>
        Assert.Equal(
            FactKey.Of("support", "ussr", "plo", null, "none"),
            FactKey.Of("support", "ussr", "plo", null, "arms").EndingAll
        );

    [Fact]
    public void of_a_symmetric_kind_have_no_direction() =>
        Assert.Equal(
            FactKey.Of("relations", "ussr", "israel", null, null),
            FactKey.Of("relations", "israel", "ussr", null, null)
        );

    [Fact]
    public void of_a_directed_kind_have_one() =>
        Assert.NotEqual(
            FactKey.Of("recognition", "ussr", "israel", null, null),
            FactKey.Of("recognition", "israel", "ussr", null, null)
        );

    [Fact]
    public void are_written_the_same_for_ever()
    {
        var key = FactKey.Of("alliance", "ussr", "syria", @"Treaty 1980 | annex \ 2", "consultation");

        Assert.Equal(@"alliance|syria|ussr|Treaty 1980 \| annex \\ 2|consultation", key.CanonicalText);
        Assert.Equal("recognition|ussr|israel||", FactKey.Of("recognition", "ussr", "israel", "", "x").CanonicalText);
    }

    [Fact]
    public void have_an_id_that_never_changes_in_the_order_of_its_bytes() =>
        // printf 'palestine-russia|recognition|ussr|israel||' | sha256sum | cut -c 1-32
        Assert.Equal(
            "38c4879d7e8da49319cd2c43a6293b38",
            FactKey.Of("recognition", "ussr", "israel", null, null).IdIn("palestine-russia").ToString("N")
        );

    [Fact]
    public void have_another_id_in_another_chronology() =>
        Assert.NotEqual(
            FactKey.Of("recognition", "ussr", "israel", null, null).IdIn("a"),
            FactKey.Of("recognition", "ussr", "israel", null, null).IdIn("b")
        );

    [Fact]
    public void of_no_kind_are_not_made() =>
        Assert.Throws<ArgumentException>(() => FactKey.Of("friendship", "ussr", "israel", null, null));
}
