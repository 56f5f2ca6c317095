package io.callbacks.invoker;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/**
 * Leaves in good order: for the time of the notice the invoker is not ready and takes calls all the
 * same, while every answer asks its caller to come on another connection the next time. When the
 * door is closed then, nobody stands at it.
 */
final class Departure implements SmartLifecycle {
    private final Duration notice;
    private volatile boolean running;
    private volatile boolean leaving;

    Departure(Duration notice) {
        this.notice = notice;
    }

    HttpServer toldBy(HttpServer server) {
        var farewell = new Farewell();
        return server.doOnChannelInit((_, channel, _) -> add(farewell, channel));
    }

    /** Before the handler that closes connections when an answer says so. */
    private static void add(Farewell farewell, Channel channel) {
        channel.pipeline()
                .addAfter(
                        NettyPipeline.HttpTrafficHandler, Farewell.class.getSimpleName(), farewell);
    }

    @Override
    public void start() {
        running = true;
    }

    /** Before everything else, which goes on meanwhile. */
    @Override
    public void stop() {
        running = false;
        leaving = !notice.isZero();
        try {
            Thread.sleep(notice);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Sharable
    private final class Farewell extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise written) {
            if (leaving && message instanceof HttpResponse answer && isLast(answer)) {
                HttpUtil.setKeepAlive(answer, false);
            }
            context.write(message, written);
        }

        private static boolean isLast(HttpResponse answer) {
            return answer.status().codeClass() != HttpStatusClass.INFORMATIONAL;
        }
    }
}
