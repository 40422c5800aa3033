using System.Globalization;
using System.Net;
using Chronology.Service.Store;
using Microsoft.Extensions.DependencyInjection;

namespace Chronology.Service.Tests.Store;

/// <summary>What is kept of the positions asked about tells of others what the record says of them itself.</summary>
public sealed class PositionsInStretches(ServedOnce served) : OverHttp(served)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Reading Reading => Service.Services.GetRequiredService<Reading>();

    private string Slug => Path.Split('/')[^1];

    private int made;
    private int renamed = 1;
    private int adopted;

    private Task<Answer> EventAsync() =>
        RecordAsync(Event($"meeting-{(++made).ToString(CultureInfo.InvariantCulture)}", "1950"));

    private async Task RenameAsync()
    {
        var done = await PatchAsync(
            "/actors/plo",
            renamed,
            $"\"name\":\"PLO {renamed.ToString(CultureInfo.InvariantCulture)}\""
        );
        Assert.Equal(HttpStatusCode.OK, done.Status);
        renamed++;
    }

    private async Task AdoptAsync(int rules)
    {
        var done = await PatchAsync(
            Path,
            adopted,
            $"\"rules\":{rules.ToString(CultureInfo.InvariantCulture)}",
            "adoption"
        );
        Assert.Equal(HttpStatusCode.OK, done.Status);
        adopted++;
    }

    /// <summary>Positions 7 to 17: an event, the actor, events, rules 2, events, rules 1, the actor, rules 2, an event.</summary>
    private async Task ReviseAsync()
    {
        await EventAsync();
        await RenameAsync();
        await EventAsync();
        await EventAsync();
        await AdoptAsync(2);
        await EventAsync();
        await EventAsync();
        await AdoptAsync(1);
        await RenameAsync();
        await AdoptAsync(2);
        await EventAsync();
    }

    private async Task<string> AskAsync(StretchesOfPositions stretches, long position)
    {
        var last = await stretches.AtAsync(Slug, position, Ct);
        return $"{position}: {last.Actors ?? 0}, {last.Rules.Number}";
    }

    [Fact]
    public async Task are_told_the_last_revision_of_an_actor_and_the_rules_adopted()
    {
        await ReviseAsync();
        var told = new List<string>();
        for (var position = 0; position <= 17; position++)
            told.Add(await AskAsync(new(Reading), position));

        Assert.Equal(
            "0: 0, 1; 1: 0, 1; 2: 2, 1; 3: 3, 1; 4: 4, 1; 5: 5, 1; 6: 5, 1; 7: 5, 1; 8: 8, 1; 9: 8, 1; 10: 8, 1; "
                + "11: 8, 2; 12: 8, 2; 13: 8, 2; 14: 8, 1; 15: 15, 1; 16: 15, 2; 17: 15, 2",
            string.Join("; ", told)
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(13)]
    public async Task are_told_the_same_in_whichever_order_they_are_asked_about(int step)
    {
        await ReviseAsync();
        var kept = new StretchesOfPositions(Reading);
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 18; i++)
            {
                var position = i * step % 18;
                Assert.Equal(await AskAsync(new(Reading), position), await AskAsync(kept, position));
            }
        }
    }

    [Fact]
    public async Task are_not_told_what_was_revised_later()
    {
        var kept = new StretchesOfPositions(Reading);
        await EventAsync();
        Assert.Equal("7: 5, 1", await AskAsync(kept, 7));
        await RenameAsync();
        await AdoptAsync(2);

        Assert.Equal("9: 8, 2", await AskAsync(kept, 9));
        Assert.Equal("8: 8, 1", await AskAsync(kept, 8));
        Assert.Equal("7: 5, 1", await AskAsync(kept, 7));
    }

    [Fact]
    public async Task in_a_stretch_that_is_known_are_not_asked_about_again()
    {
        await ReviseAsync();
        var kept = new StretchesOfPositions(Reading);
        foreach (var known in new[] { 13, 10, 17 })
            await AskAsync(kept, known);

        // What has to be read cannot have come at once.
        foreach (var position in new[] { 12, 11, 9, 16 })
            Assert.True(kept.AtAsync(Slug, position, Ct).AsTask().IsCompletedSuccessfully, $"{position}");
    }
}
