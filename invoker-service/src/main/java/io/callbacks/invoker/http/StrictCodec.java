package io.callbacks.invoker.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Reads requests and writes answers of one connection. Where netty's decoder would repair a
 * request, unfolding a header or believing one of two lengths, this one refuses it.
 */
final class StrictCodec
        extends CombinedChannelDuplexHandler<StrictCodec.Decoder, StrictCodec.Encoder> {
    /**
     * The rest of a body that was refused is let run out, so that the refusal is read; up to here.
     */
    private static final long LONGEST_BODY = 64L << 20;

    private final Queue<HttpMethod> unanswered = new ArrayDeque<>();

    StrictCodec(HttpDecoderConfig config) {
        init(new Decoder(config), new Encoder());
    }

    /** Looks at the bytes of each head as the real decoder takes them. */
    final class Decoder extends HttpRequestDecoder {
        private boolean inHead = true;
        private boolean afterLine;
        private boolean folded;
        private long bodyLength;

        Decoder(HttpDecoderConfig config) {
            super(config);
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
                throws Exception {
            int from = in.readerIndex();
            int known = out.size();
            super.decode(context, in, out);
            if (inHead) {
                lookForFolds(in, from, in.readerIndex());
            }
            for (int i = known; i < out.size(); i++) {
                decoded(out.get(i));
            }
            if (bodyLength > LONGEST_BODY) {
                context.close();
            }
            if (out.size() > known && isBrokenBody(out.getLast())) {
                ReferenceCountUtil.release(out.removeLast());
                context.fireExceptionCaught(new BrokenBodyException());
            }
        }

        /** What is broken must not look like the end of a body. */
        private static boolean isBrokenBody(Object message) {
            return message instanceof HttpContent content
                    && !(message instanceof HttpRequest)
                    && content.decoderResult().isFailure();
        }

        @Override
        protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
            throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
        }

        private void decoded(Object message) {
            if (message instanceof HttpRequest request) {
                unanswered.add(request.method());
                inHead = false;
                if (folded) {
                    request.setDecoderResult(
                            DecoderResult.failure(new IllegalArgumentException("folded header")));
                }
            }
            if (message instanceof HttpContent part) {
                bodyLength += part.content().readableBytes();
            }
            if (message instanceof LastHttpContent) {
                inHead = true;
                bodyLength = 0;
                afterLine = false;
                folded = false;
            }
        }

        private void lookForFolds(ByteBuf in, int from, int to) {
            for (int at = from; at < to; at++) {
                folded |= afterLine && isBlank(in.getByte(at));
                int end = in.indexOf(at, to, (byte) '\n');
                afterLine = end >= 0;
                at = afterLine ? end : to;
            }
        }

        private static boolean isBlank(byte b) {
            return b == ' ' || b == '\t';
        }
    }

    /** Knows what it answers: a HEAD gets no body, whatever its length says. */
    final class Encoder extends HttpResponseEncoder {
        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse answer) {
            if (answer.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                return super.isContentAlwaysEmpty(answer);
            }
            return HttpMethod.HEAD.equals(unanswered.poll()) || super.isContentAlwaysEmpty(answer);
        }
    }
}
