using System.Globalization;
using Chronology.Service.Store;

namespace Chronology.Service.Explain;

internal static class Fixed
{
    /// <summary>Axes by which another question is about the same moment.</summary>
    public static Axes Axes(this Moment moment) =>
        new(moment.AsOf.ToString(), moment.Position.ToString(CultureInfo.InvariantCulture))
        {
            Rules = moment.Rules.Number.ToString(CultureInfo.InvariantCulture),
        };
}
