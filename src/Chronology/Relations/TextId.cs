using System.Security.Cryptography;
using System.Text;

namespace Chronology.Relations;

/// <summary>Ids that follow from texts, the same for ever: the first 16 bytes of SHA-256 over the text in UTF-8.</summary>
/// <remarks>The bytes stand in the Guid in big-endian order, as PostgreSQL shows and sorts a uuid.</remarks>
internal static class TextId
{
    private const int Short = 512;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <exception cref="EncoderFallbackException">The text holds half a surrogate pair.</exception>
    public static Guid Of(string text)
    {
        var length = StrictUtf8.GetByteCount(text);
        Span<byte> utf8 = length <= Short ? stackalloc byte[Short] : new byte[length];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..StrictUtf8.GetBytes(text, utf8)], hash);
        return new(hash[..16], bigEndian: true);
    }
}
