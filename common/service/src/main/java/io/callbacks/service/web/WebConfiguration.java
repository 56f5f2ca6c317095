package io.callbacks.service.web;

import java.util.List;
import org.springframework.boot.http.codec.CodecCustomizer;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.reactive.UrlHandlerFilter;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/** A trailing slash is accepted, and JSON means what it says: no number is taken for a text. */
@Configuration(proxyBeanMethods = false)
public class WebConfiguration {
    @Bean
    UrlHandlerFilter trailingSlash() {
        return UrlHandlerFilter.trailingSlashHandler("/**").mutateRequest().build();
    }

    @Bean
    CodecCustomizer utf8Json(JsonMapper json) {
        return codecs -> codecs.defaultCodecs().jacksonJsonDecoder(new Utf8JsonDecoder(json));
    }

    @Bean
    JsonMapperBuilderCustomizer strictJson() {
        return json ->
                json.disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                        .withCoercionConfig(
                                LogicalType.Textual,
                                text ->
                                        List.of(
                                                        CoercionInputShape.Integer,
                                                        CoercionInputShape.Float,
                                                        CoercionInputShape.Boolean)
                                                .forEach(
                                                        shape ->
                                                                text.setCoercion(
                                                                        shape,
                                                                        CoercionAction.Fail)));
    }
}
