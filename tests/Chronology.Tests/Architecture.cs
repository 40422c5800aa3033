using System.Runtime.CompilerServices;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using Chronology.Recording;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Chronology.Tests;

/// <summary>Lines that the model keeps to.</summary>
public sealed class Architecture
{
    private static readonly System.Reflection.Assembly Model = typeof(DomainEvent).Assembly;

    private static readonly ArchUnitNET.Domain.Architecture Loaded = new ArchLoader().LoadAssemblies(Model).Build();

    private static readonly string[] Folders = ["Time", "Actors", "Sources", "Recording", "Relations", "Eras", "Rules"];

    /// <summary>All but what the compiler makes for itself.</summary>
    private static System.Type[] Own { get; } =
    [.. Model.GetTypes().Where(t => !t.IsDefined(typeof(CompilerGeneratedAttribute), false) && !IsHidden(t))];

    [Fact]
    public void references_the_base_library_and_nothing_else() =>
        Assert.All(
            Model.GetReferencedAssemblies(),
            assembly => Assert.StartsWith("System.", assembly.Name, StringComparison.Ordinal)
        );

    /// <summary>The embedded lists of codes are the one thing read, and from the assembly itself.</summary>
    [Theory]
    [InlineData(@"System\.Net(\..*)?")]
    [InlineData(@"System\.Data(\..*)?")]
    [InlineData(@"System\.Diagnostics\.Process")]
    [InlineData(@"System\.IO\.(File|Directory|FileStream|FileInfo|DirectoryInfo)")]
    [InlineData(@"System\.Threading\.Tasks\.(Value)?Task(`1)?")]
    public void does_no_input_or_output_and_waits_for_nothing(string forbidden) =>
        Types().Should().NotDependOnAnyTypesThat().HaveFullNameMatching($"^{forbidden}$").Check(Loaded);

    [Fact]
    public void keeps_its_types_in_its_folders_namespaces() =>
        Assert.DoesNotContain(Own, t => !Folders.Select(f => $"Chronology.{f}").Contains(t.Namespace));

    [Theory]
    [InlineData("Time", @"(Actors|Sources|Relations|Eras|Rules)\..*")]
    [InlineData("Time", @"Recording\.(?!Result|Rejection|ValueList).*")]
    [InlineData("Rules", @"(Recording|Actors|Sources|Relations|Eras)\..*")]
    [InlineData("Recording", @"Relations\..*")]
    [InlineData("Eras", @"Relations\..*")]
    public void does_not_look_up_from_below(string folder, string above) =>
        Types()
            .That()
            .ResideInNamespace($"Chronology.{folder}")
            .Should()
            .NotDependOnAnyTypesThat()
            .HaveFullNameMatching($@"^Chronology\.({above})$")
            .Check(Loaded);

    [Fact]
    public void has_no_record_class_that_is_neither_sealed_nor_abstract() =>
        Assert.DoesNotContain(Own, t => t.IsClass && IsRecord(t) && !t.IsSealed && !t.IsAbstract);

    [Fact]
    public void has_sealed_domain_events() =>
        Assert.DoesNotContain(Own, t => t.IsSubclassOf(typeof(DomainEvent)) && !t.IsSealed);

    [Fact]
    public void has_no_value_that_can_be_set_after_it_was_made() =>
        Assert.Empty(
            Own.Where(t => t.IsPublic && IsRecord(t))
                .SelectMany(t => t.GetProperties())
                .Where(p => p.SetMethod is { } set && !IsInit(set))
                .Select(p => $"{p.DeclaringType}.{p.Name}")
        );

    private static bool IsRecord(System.Type type) => type.GetMethod("<Clone>$") is not null;

    private static bool IsInit(System.Reflection.MethodInfo set) =>
        set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static bool IsHidden(System.Type type) =>
        type.FullName!.Contains('<', StringComparison.Ordinal)
        || type.Namespace is null or "System.Text.RegularExpressions.Generated";
}
