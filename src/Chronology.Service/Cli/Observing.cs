using Chronology.Service.Store;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Chronology.Service.Cli;

/// <summary>Traces and metrics over OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; nothing is measured where it is not.</summary>
public static class Observing
{
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static WebApplicationBuilder AddObserving(this WebApplicationBuilder builder)
    {
        if (builder.Configuration[Endpoint] is not { Length: > 0 })
            return builder;
        builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("chronology").AddEnvironmentVariableDetector())
            .WithTracing(traces =>
                traces
                    .AddSource(Telemetry.Name)
                    .AddSource("Marten")
                    .AddNpgsql()
                    .AddAspNetCoreInstrumentation()
                    .AddOtlpExporter()
            )
            .WithMetrics(metrics =>
                metrics
                    .AddMeter(Telemetry.Name)
                    .AddMeter("Marten")
                    .AddNpgsqlInstrumentation()
                    .AddAspNetCoreInstrumentation()
                    .AddOtlpExporter()
            );
        return builder;
    }
}
