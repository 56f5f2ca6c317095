package io.callbacks.invoker.gateway;

import io.callbacks.invoker.http.NoBody;
import io.callbacks.invoker.http.RequestBody;
import io.callbacks.invoker.http.RequestId;
import io.callbacks.invoker.http.WholeBody;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * What an instance is sent, all of it at hand.
 *
 * @param target path and query
 * @param headers without those that depend on the instance
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Sendable(
        HttpMethod method, String target, HttpHeaders headers, byte @Nullable [] body) {
    /**
     * An event, which reaches the handler as it is.
     *
     * @param id what the call goes by in logs
     * @param json UTF-8
     */
    public static Sendable event(String id, byte[] json) {
        var headers = new DefaultHttpHeaders();
        headers.set(HttpHeaderNames.HOST, "callbacks");
        headers.set(RequestId.HEADER, id);
        headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        headers.set(HttpHeaderNames.CONTENT_LENGTH, json.length);
        headers.set(PlatformHeaders.EVENT, "cloudevents/1.0");
        return new Sendable(HttpMethod.POST, "/", headers, json);
    }

    RequestBody toBody() {
        return body == null ? NoBody.INSTANCE : new WholeBody(body);
    }
}
