namespace Chronology.Service.Tests;

public sealed class Skeleton
{
    [Fact]
    public void builds() => Assert.Equal(2, 1 + 1);
}
