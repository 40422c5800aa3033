using System.Text;
using Chronology.Service.Import;
using CsCheck;

namespace Chronology.Service.Tests.Import;

public sealed class RowsOfText
{
    /// <summary>Gives at most so many bytes at once, in turn.</summary>
    private sealed class Dribble(byte[] bytes, int[] steps) : Stream
    {
        private int at;
        private int step;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var length = Math.Min(Math.Min(count, steps[step++ % steps.Length]), bytes.Length - at);
            bytes.AsSpan(at, length).CopyTo(buffer.AsSpan(offset));
            at += length;
            return length;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private static async Task<string> ReadAsync(Stream file, char separator = '\t', bool quoted = false)
    {
        var told = new List<string>();
        await foreach (var row in TextRows.ReadAsync(file, separator, quoted, TestContext.Current.CancellationToken))
            told.Add($"{row.Line}:{row.Refusal?.Code ?? string.Join('|', row.Cells)}");
        return string.Join(' ', told);
    }

    private static Task<string> ReadAsync(string text, char separator = '\t', bool quoted = false) =>
        ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), separator, quoted);

    [Fact]
    public async Task have_a_mark_of_order_and_either_end_of_line_and_no_end_of_line_at_the_last() =>
        Assert.Equal("1:a|b 2:c|d 4:e|f", await ReadAsync("\uFEFFa\tb\r\nc\td\n\ne\tf"));

    [Fact]
    public async Task keep_a_quote_as_it_is_where_there_is_no_quoting() =>
        Assert.Equal("1:\"a|b\" 2:c|\"", await ReadAsync("\"a\tb\"\nc\t\""));

    [Fact]
    public async Task unquote_and_count_the_lines_inside() =>
        Assert.Equal("1:a,\"x\"\ny|b 3:c|d", await ReadAsync("\"a,\"\"x\"\"\ny\",b\nc,d", ',', quoted: true));

    [Fact]
    public async Task are_refused_where_a_quote_stands_wrong_and_the_next_is_read() =>
        Assert.Equal("1:malformed-row 2:c|d", await ReadAsync("a\"b,x\nc,d", ',', quoted: true));

    [Fact]
    public async Task end_where_a_quote_has_no_end_and_say_so()
    {
        var rows = new List<TextRow>();
        var file = new MemoryStream(Encoding.UTF8.GetBytes("a,b\nc,\"d\ne,f\ng,h\n"));
        await foreach (var row in TextRows.ReadAsync(file, ',', true, TestContext.Current.CancellationToken))
            rows.Add(row);

        Assert.Equal(["1:", "2:malformed-row"], rows.Select(row => $"{row.Line}:{row.Refusal?.Code}"));
        Assert.Contains("what follows this line is not read", rows[1].Refusal!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task are_refused_by_line_where_they_are_no_utf8_or_have_a_nul() =>
        Assert.Equal(
            "1:a 2:malformed-text 3:b 4:malformed-text 5:c",
            await ReadAsync(new MemoryStream([.. "a\n"u8, 0xFF, (byte)'\n', .. "b\nx\0y\nc"u8]))
        );

    [Fact]
    public async Task are_refused_where_they_have_no_end()
    {
        var told = await ReadAsync(new MemoryStream([.. "a\n"u8, .. Enumerable.Repeat((byte)'x', 3_000_000)]));
        Assert.Equal("1:a 2:too-large", told);
    }

    [Fact]
    public async Task are_the_same_however_the_bytes_arrive() =>
        await Gen.Select(
                Gen.Char["a\t\n\"é,"].Array[0, 60].Select(chars => new string(chars)),
                Gen.Int[1, 7].Array[1, 5],
                Gen.Bool
            )
            .SampleAsync(
                async (text, steps, quoted) =>
                    Assert.Equal(
                        await ReadAsync(text, '\t', quoted),
                        await ReadAsync(new Dribble(Encoding.UTF8.GetBytes(text), steps), '\t', quoted)
                    ),
                iter: 300
            );
}
