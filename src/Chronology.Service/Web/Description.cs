using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Chronology.Eras;
using Chronology.Recording;
using Chronology.Rules;
using Chronology.Service.Append;
using Chronology.Service.AsOf;
using Chronology.Service.Cite;
using Chronology.Service.Eras;
using Chronology.Service.Store;
using Chronology.Time;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Chronology.Service.Web;

/// <summary>The OpenAPI description at <c>/openapi/v1.json</c>: the contract's shapes where they differ from the types behind them.</summary>
internal static class Description
{
    private const string Key = "^[a-z0-9][a-z0-9._-]{0,127}$";

    public static void Configure(OpenApiOptions openApi)
    {
        openApi.CreateSchemaReferenceId = NameOf;
        openApi.AddDocumentTransformer(
            (document, _, _) =>
            {
                document.Info = new()
                {
                    Title = "Chronology",
                    Version = "1",
                    Description =
                        "A sourced record of international relations: what was so as of a date, as known at a moment, and how the record came to say so.",
                };
                document.Servers = [];
                return Task.CompletedTask;
            }
        );
        openApi.AddOperationTransformer(DescribeAsync);
        openApi.AddSchemaTransformer(ShapeAsync);
    }

    /// <summary>The name of a type's component; null: written out where it is used.</summary>
    private static string? NameOf(JsonTypeInfo info)
    {
        var type = info.Type;
        if (type == typeof(JsonObject) || type == typeof(JsonNode) || type == typeof(CslItem))
            return null;
        if (typeof(RecordContent).IsAssignableFrom(type))
            return Record(type);
        if (!type.IsGenericType)
            return OpenApiOptions.CreateDefaultSchemaReferenceId(info);
        var generic = type.GetGenericTypeDefinition();
        return generic == typeof(ValueList<>) || Described.IsEither(type) ? null
            : generic == typeof(Described.Told<>) ? $"{Record(type.GenericTypeArguments[0])}Answer"
            : generic == typeof(Described.Listed<>) ? $"{Record(type.GenericTypeArguments[0])}List"
            : OpenApiOptions.CreateDefaultSchemaReferenceId(info);

        static string Record(Type content) => content.Name.Replace("Content", "", StringComparison.Ordinal);
    }

    private static async Task ShapeAsync(
        OpenApiSchema schema,
        OpenApiSchemaTransformerContext context,
        CancellationToken ct
    )
    {
        var type = context.JsonTypeInfo.Type;
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        // Told only where they say something.
        schema.Required?.ExceptWith(
            context.JsonTypeInfo.Properties.Where(member => member.ShouldSerialize is not null).Select(m => m.Name)
        );
        // Where an enum may be null its place says so: one component stands for all its places.
        if (Nullable.GetUnderlyingType(type) is { IsEnum: true })
            schema.Enum = [.. schema.Enum!.Where(choice => choice is not null)];
        if (schema.Properties is { } fields && fields.ContainsKey("basis") && type != typeof(AnswerChanges))
            fields["answer"] = await context.GetOrCreateSchemaAsync(typeof(AnswerName), null, ct);
        if (type == typeof(ValueList<Anchor>))
        {
            ShapeAnchors(schema, await context.GetOrCreateSchemaAsync(typeof(Anchor), null, ct));
        }
        else if (generic == typeof(ValueList<>))
        {
            schema.Type = JsonSchemaType.Array;
            schema.Items = await context.GetOrCreateSchemaAsync(type.GenericTypeArguments[0], null, ct);
        }
        else if (type == typeof(CslItem))
        {
            schema.Type = JsonSchemaType.Object;
            schema.Description = "A CSL-JSON item.";
        }
        else if (type == typeof(JsonObject))
        {
            schema.Type = JsonSchemaType.Object;
        }
        else if (typeof(RecordContent).IsAssignableFrom(type))
        {
            ShapeContent(schema, type);
        }
        else if (generic == typeof(Described.Told<>))
        {
            await ShapeToldAsync(schema, type.GenericTypeArguments[0], context, ct);
        }
        else if (generic == typeof(Described.Listed<>))
        {
            var content = type.GenericTypeArguments[0];
            var plural = $"{NameOf(content)}s";
            schema.Properties![plural] = await ListOfAsync(content, context, ct);
            schema.Required!.Add(plural);
        }
        else if (type == typeof(Described.SummedEra))
        {
            await ShapeToldAsync(schema, typeof(EraContent), context, ct);
            var account = await context.GetOrCreateSchemaAsync(typeof(EraAccount), null, ct);
            foreach (var (name, field) in account.Properties!)
                schema.Properties![name] = field;
            schema.Required!.UnionWith(account.Required!);
        }
        else if (type == typeof(EraSummariesAnswer))
        {
            schema.Properties!["eras"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = await context.GetOrCreateSchemaAsync(typeof(Described.SummedEra), null, ct),
            };
        }
        else if (type == typeof(TimelineAnswer))
        {
            schema.Properties!["events"] = await ListOfAsync(typeof(EventContent), context, ct);
        }
        else if (type == typeof(Effect))
        {
            schema.Required = new HashSet<string>(StringComparer.Ordinal) { "fact", "holder", "toward" };
            Choose(schema, "fact", Vocabulary.FactKinds.Keys.Order(StringComparer.Ordinal));
        }
        else if (type == typeof(Anchor))
        {
            schema.Required = new HashSet<string>(StringComparer.Ordinal) { "relation", "event" };
            Choose(schema, "relation", Codes("anchor_relation"));
        }
        else if (type == typeof(Citation))
        {
            schema.Required = new HashSet<string>(StringComparer.Ordinal) { "source" };
        }
        else if (type == typeof(Coding))
        {
            schema.Required = new HashSet<string>(StringComparer.Ordinal) { "dataSet", "rows" };
        }
        else if (type == typeof(CodedRow))
        {
            schema.Required = new HashSet<string>(StringComparer.Ordinal) { "id" };
        }
        else if (type == typeof(CodedActor))
        {
            schema.Required = new HashSet<string>(StringComparer.Ordinal);
        }
        else if (type == typeof(ActorName) || type == typeof(Successor) || type == typeof(Reason))
        {
            schema.Required!.ExceptWith(["from", "until", "on", "note"]);
        }
        else if (type == typeof(StateAnswer))
        {
            // What types of answers cannot say together: this one always carries its name.
            schema.Required!.Add("answer");
        }
        else if (type.DeclaringType == typeof(Described))
        {
            // In a request null is as good as absent.
            schema.Required?.ExceptWith(["citations", "credibility", "description", "licence", "pointer"]);
        }
    }

    /// <summary>The request body: the key besides the content, and only what cannot be left out required.</summary>
    private static void ShapeContent(OpenApiSchema schema, Type type)
    {
        var fields = schema.Properties!;
        schema.Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["key"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = Key },
        };
        foreach (var (name, field) in fields)
            schema.Properties[name] = field;
        schema.Required = new HashSet<string>(StringComparer.Ordinal) { "key" };
        schema.Required.UnionWith(
            type == typeof(EventContent) ? ["type", "title"]
            : type == typeof(ActorContent) ? ["kind", "name"]
            : type == typeof(SourceContent) ? ["kind"]
            : ["title"]
        );
        schema.AdditionalPropertiesAllowed = false;
        if (type == typeof(ActorContent))
            Choose(schema, "kind", Codes("actor_kind"));
        if (type == typeof(SourceContent))
            Choose(schema, "kind", Codes("source_kind").Except(["none"]));
        if (type == typeof(EraContent))
        {
            schema.Description =
                "One of “span”, or “start” and “end”. In the body of a request the scheme may be left out: the address names it.";
            schema.Properties["scheme"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = Key };
            foreach (var name in (string[])["opens", "closes"])
            {
                schema.Properties[name] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String | JsonSchemaType.Null,
                    Pattern = Key,
                };
            }
        }
        if (type != typeof(EventContent))
            return;
        schema.Description =
            "One of “occurred”, “start” and “end”, or “anchor”. At least one citation, or “noSource”: a text such as “citation needed”.";
        Choose(schema, "type", Vocabulary.EventTypes.Keys.Order(StringComparer.Ordinal));
        Choose(schema, "reading", Codes("date_reading"));
        Choose(schema, "credibility", Codes("credibility"));
        Choose(schema, "calendar", Codes("calendar"));
    }

    private static void ShapeAnchors(OpenApiSchema schema, OpenApiSchema one)
    {
        schema.Type = null;
        schema.Description =
            "The event that the date follows, or two between which it lies: one “after”, one “before”.";
        schema.OneOf =
        [
            one,
            new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = one,
                MinItems = 2,
                MaxItems = 2,
            },
            new OpenApiSchema { Type = JsonSchemaType.Null },
        ];
    }

    private static async Task ShapeToldAsync(
        OpenApiSchema schema,
        Type content,
        OpenApiSchemaTransformerContext context,
        CancellationToken ct
    )
    {
        var own = schema.Properties!;
        var recorded = await context.GetOrCreateSchemaAsync(content, null, ct);
        schema.Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["basis"] = own["basis"] };
        foreach (var (name, field) in recorded.Properties!)
            schema.Properties[name] = field;
        schema.Required = new HashSet<string>(recorded.Properties.Keys, StringComparer.Ordinal);
        // Told only where they say something.
        schema.Required.ExceptWith(["coding", "provisional"]);
        if (content == typeof(EventContent))
        {
            schema.Properties["occurred"] = await context.GetOrCreateSchemaAsync(typeof(DateAnswer), null, ct);
            schema.Properties["derivedFrom"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Description = "Of a relative date: the revisions of the events that it follows, one through another.",
                Items = await context.GetOrCreateSchemaAsync(typeof(RevisionAt), null, ct),
            };
            schema.Properties["happened"] = await context.GetOrCreateSchemaAsync(typeof(Certainty), null, ct);
            schema.Properties["inForce"] = new OpenApiSchema
            {
                OneOf =
                [
                    new OpenApiSchema { Type = JsonSchemaType.Null },
                    await context.GetOrCreateSchemaAsync(typeof(Certainty), null, ct),
                ],
            };
            schema.Required.UnionWith(["happened", "inForce"]);
        }
        if (content == typeof(ActorContent))
        {
            schema.Properties["called"] = await context.GetOrCreateSchemaAsync(typeof(string), null, ct);
            schema.Required.Add("called");
        }
        if (content == typeof(EraContent))
        {
            schema.Properties["span"] = await context.GetOrCreateSchemaAsync(typeof(DateAnswer), null, ct);
            schema.Properties["inForce"] = await context.GetOrCreateSchemaAsync(typeof(Certainty), null, ct);
            schema.Required.Add("inForce");
        }
        foreach (var (name, field) in own)
            schema.Properties[name] = field;
        schema.Required.UnionWith(["status", "revision", "position"]);
    }

    private static async Task<OpenApiSchema> ListOfAsync(
        Type content,
        OpenApiSchemaTransformerContext context,
        CancellationToken ct
    ) =>
        new()
        {
            Type = JsonSchemaType.Array,
            Items = await context.GetOrCreateSchemaAsync(typeof(Described.Told<>).MakeGenericType(content), null, ct),
        };

    private static string NameOf(Type content) =>
        content == typeof(ActorContent) ? "actor"
        : content == typeof(IssueContent) ? "issue"
        : content == typeof(SchemeContent) ? "scheme"
        : content == typeof(EraContent) ? "era"
        : "source";

    private static IEnumerable<string> Codes(string list) => Vocabulary.List(list).Select(term => term.Code);

    private static void Choose(OpenApiSchema schema, string property, IEnumerable<string> choices) =>
        schema.Properties![property] = Choice(choices);

    private static OpenApiSchema Choice(IEnumerable<string> choices) =>
        new() { Type = JsonSchemaType.String, Enum = [.. choices.Select(choice => (JsonNode)choice)] };

    private static async Task DescribeAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken ct
    )
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Parameters ??= [];
        foreach (var path in operation.Parameters.OfType<OpenApiParameter>())
            path.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = path.Name == "id" ? null : Key };
        foreach (var name in metadata.OfType<AskedParameters>().SelectMany(asked => asked.Names))
        {
            var (said, schema) = Parameter(name);
            operation.Parameters.Add(
                new OpenApiParameter
                {
                    Name = name,
                    In = ParameterLocation.Query,
                    Description = said,
                    Schema = schema,
                }
            );
        }
        foreach (var one in context.Description.SupportedResponseTypes)
        {
            if (one.Type is not { } type || !Described.IsEither(type))
                continue;
            var media = operation.Responses![$"{one.StatusCode}"].Content!["application/json"];
            // A member of an open type may be null to the reader of types; the answer may not.
            media.Schema = new OpenApiSchema
            {
                AnyOf = [.. media.Schema!.Properties!.Values.Select(member => member.OneOf?.LastOrDefault() ?? member)],
            };
        }
        foreach (var points in metadata.OfType<AskedPoints>())
        {
            foreach (var name in new[] { points.First, points.Second })
            {
                operation.Parameters.Add(
                    new OpenApiParameter
                    {
                        Name = name,
                        In = ParameterLocation.Query,
                        Required = name == points.First,
                        Description =
                            "A day, @ and a position or instant, such as 1974-07-01@120; without a day today in UTC, without @ the head.",
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    }
                );
            }
        }
        if (metadata.OfType<AskedPoints>().Any())
        {
            operation.Parameters.Add(
                new OpenApiParameter
                {
                    Name = "rules",
                    In = ParameterLocation.Query,
                    Description =
                        "The rules of the second answer, such as 2, or of both, such as 1..2; default those adopted at each one's position.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                }
            );
        }
        foreach (var headers in metadata.OfType<SentHeaders>())
        {
            foreach (var name in headers.Asked)
            {
                operation.Parameters.Add(
                    new OpenApiParameter
                    {
                        Name = name,
                        In = ParameterLocation.Header,
                        Required = name == "If-Match",
                        Description = Header(name),
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    }
                );
            }
            foreach (var (_, response) in operation.Responses!.Where(r => r.Key.StartsWith('2')))
            {
                foreach (var name in headers.Answered)
                {
                    var headersOf = ((OpenApiResponse)response).Headers ??= new Dictionary<string, IOpenApiHeader>(
                        StringComparer.Ordinal
                    );
                    headersOf[name] = new OpenApiHeader
                    {
                        Description = Header(name),
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    };
                }
            }
        }
    }

    private static string Header(string name) =>
        name switch
        {
            "If-Match" => "The revision that you have read, in quotes: \"3\".",
            "If-None-Match" => "The tag of an answer that you have: 304 where it is still the answer.",
            "ETag" => "The record's revision or the answer's hash, in quotes.",
            "Location" => "The address of what was recorded; where nothing was, left out.",
            "Content-Encoding" => "gzip, where the lines are packed.",
            "X-Author" => "Who records, from a client on this machine; else the system's user.",
            _ => "The tool, agent or data set through which it is recorded.",
        };

    private static (string Said, OpenApiSchema Schema) Parameter(string name)
    {
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        return name switch
        {
            "asOf" => ("A day, or a month or year meaning its last day; default today in UTC.", text),
            "knownAt" => ("A position, or an RFC 3339 instant (inclusive); default the head.", text),
            "rules" => (
                "The version of the rules to answer by; default the one adopted at the position.",
                new()
                {
                    Type = JsonSchemaType.Integer,
                    Minimum = "1",
                    Maximum = $"{RulesVersion.All.Count}",
                }
            ),
            "from" => ("First day; of a month or year its first.", text),
            "to" => ("Last day; of a month or year its last.", text),
            "between" => ("Two actors ussr,plo, or two sides of actors ussr,russia;plo,hamas.", text),
            "scheme" => (
                "A key; default the eras of all schemes.",
                new() { Type = JsonSchemaType.String, Pattern = Key }
            ),
            "actor" or "holder" or "toward" => ("A key.", new() { Type = JsonSchemaType.String, Pattern = Key }),
            "era" => ("The key of an era of the scheme.", new() { Type = JsonSchemaType.String, Pattern = Key }),
            "sentence" => ("The code of one sentence of the narrative; default all of them.", text),
            "kind" => ("A kind of fact.", Choice(Vocabulary.FactKinds.Keys.Order(StringComparer.Ordinal))),
            "type" => ("A type of event.", Choice(Vocabulary.EventTypes.Keys.Order(StringComparer.Ordinal))),
            "qualifier" => ("Of the fact: the name of a treaty or agreement.", text),
            "value" => ("Is that the value? Needs kind.", text),
            "q" => ("All these words occur in its texts and names, whatever their case and diacritics.", text),
            "certainty" => (
                "Only events surely inside, or (default) also the others.",
                Choice(["certain", "possible"])
            ),
            "status" => ("One or more of active,disputed,retracted,merged; default active,disputed.", text),
            "cursor" => ("“next” of the page before; fixes knownAt.", text),
            "limit" => (
                "Entries of a page; default 100.",
                new()
                {
                    Type = JsonSchemaType.Integer,
                    Minimum = "1",
                    Maximum = "1000",
                }
            ),
            "step" => (
                "A point each day, or at the end of each month or (default) year.",
                Choice(["day", "month", "year"])
            ),
            "since" => ("A position, itself not told.", new() { Type = JsonSchemaType.Integer, Minimum = "0" }),
            "dryRun" => (
                "Change nothing; tell what would change: of a record as of “asOf”, else as of today and on the days that it names.",
                new() { Type = JsonSchemaType.Boolean }
            ),
            "cite" => (
                "Keep the answer for ever, and give its id, hash, permalink and a citation.",
                new() { Type = JsonSchemaType.Boolean }
            ),
            "format" => (
                "What the file is: Chronology lines (default), or rows of a data set.",
                Choice(["lines", "icews", "gdelt1", "gdelt2"])
            ),
            "least" => (
                "Only pairs at least so much alike, in percent; default 75.",
                new()
                {
                    Type = JsonSchemaType.Integer,
                    Minimum = "0",
                    Maximum = "100",
                }
            ),
            "strict" => ("Record nothing if any line is refused.", new() { Type = JsonSchemaType.Boolean }),
            _ => ("", text),
        };
    }
}
