using Chronology.Service.Cite;
using Chronology.Service.Store;
using Marten;

namespace Chronology.Service.Web;

/// <summary>Asks questions of what one open transaction sees, by the very handlers that answer everybody else.</summary>
public sealed class QuestionsWithin(IDocumentStore store, TimeProvider clock)
{
    private static readonly Lazy<ServiceDescriptor[]> Parts = new(() => [.. new ServiceCollection().AddQuestions()]);

    /// <summary>What asks; to be disposed of before the transaction is.</summary>
    /// <param name="reading">Within the transaction.</param>
    public Asker Over(Reading reading)
    {
        IServiceCollection services = new ServiceCollection();
        foreach (var part in Parts.Value)
            services.Add(part);
        // Theirs: an instance that is given is not disposed of with the provider.
        services.AddSingleton(store);
        services.AddSingleton(clock);
        services.AddSingleton(reading);
        return new(services.BuildServiceProvider());
    }

    public sealed class Asker(ServiceProvider services) : IAsyncDisposable
    {
        public KeptAnswers Answers { get; } = services.GetRequiredService<KeptAnswers>();

        public ValueTask DisposeAsync() => services.DisposeAsync();
    }
}
