using Chronology.Recording;
using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Projections;
using JasperFx.MultiTenancy;
using Marten;
using Npgsql;
using Weasel.Core;

namespace Chronology.Service.Store;

/// <summary>How Marten is set up: conjoined tenants (one a chronology), readable stream keys, pinned event names, all metadata.</summary>
public static class EventStore
{
    public const string Schema = "chronology";

    /// <param name="source">Connections to a database whose migrations have been applied: nothing is created here.</param>
    public static DocumentStore Open(NpgsqlDataSource source) =>
        DocumentStore.For(options =>
        {
            options.Connection(source);
            Configure(options);
        });

    public static void Configure(StoreOptions options)
    {
        options.DatabaseSchemaName = Schema;
        options.AutoCreateSchemaObjects = AutoCreate.None;
        options.UseSystemTextJsonForSerialization(RecordJson.Options, EnumStorage.AsString, Casing.CamelCase);
        options.DisableNpgsqlLogging = true;
        options.OpenTelemetry.TrackConnections = JasperFx.OpenTelemetry.TrackLevel.Normal;
        options.Events.DatabaseSchemaName = Schema;
        options.Events.TenancyStyle = TenancyStyle.Conjoined;
        options.Events.StreamIdentity = StreamIdentity.AsString;
        options.Events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        options.Events.UseAdvisoryLockTransaction = true;
        options.Events.EnableUniqueIndexOnEventId = true;
        options.Events.AutoDiscoverTagTypes = false;
        options.Events.MetadataConfig.EnableAll();
        options.Projections.Errors.SkipApplyErrors = false;
        options.Projections.Errors.SkipSerializationErrors = false;
        options.Projections.Errors.SkipUnknownEvents = false;
        foreach (var (type, name) in EventNames.All)
            options.Events.MapEventType(type, name);
        options.Projections.Add(new DerivedRows(), ProjectionLifecycle.Inline);
    }
}
