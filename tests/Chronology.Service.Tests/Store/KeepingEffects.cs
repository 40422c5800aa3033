using Chronology.Recording;
using Chronology.Relations;
using Chronology.Service.Store.Remembered;

namespace Chronology.Service.Tests.Store;

public sealed class KeepingEffects
{
    private const int Facts = 7;
    private const int EffectsOfEach = 40;

    /// <summary>In slots for a tenth of them: what is found is what was kept, and what was kept last is found.</summary>
    [Fact]
    public void finds_the_effect_of_a_number_or_none()
    {
        var slots = new EffectSlots(Facts * EffectsOfEach / 10);
        var found = 0;
        for (var n = 0; n < EffectsOfEach; n++)
        {
            for (var fact = 0; fact < Facts; fact++)
            {
                Assert.Null(slots.Find(fact, n));
                slots.Keep(fact, n, Effect(fact, n));
                Assert.Equal(Effect(fact, n), slots.Find(fact, n));
            }
        }
        for (var n = 0; n < EffectsOfEach; n++)
        {
            for (var fact = 0; fact < Facts; fact++)
            {
                var kept = slots.Find(fact, n);
                Assert.True(kept is null || kept == Effect(fact, n));
                found += kept is null ? 0 : 1;
            }
        }
        Assert.InRange(found, 1, Facts * EffectsOfEach / 10 * 2);
    }

    private static RecordedEffect Effect(int fact, int n) =>
        new(
            FactKey.Of("recognition", $"a{fact}", "b", null, null),
            "de-jure",
            $"event-{n}",
            Index: 0,
            Revision: 1,
            Position: n,
            EffectDate.OpenBegin,
            TimeOfDay: null,
            LastDay: null,
            Order: null,
            "reported",
            ValueList<Citation>.Empty
        );
}
