package io.callbacks.builder.jib;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The registry that images of callbacks are pushed to.
 *
 * @param repository such as {@code registry.example.com/team/functions}; all images go there
 * @param username of it; empty for what Docker's configuration file of this user says
 * @param password of it
 * @param insecure whether it may be spoken to without TLS, or with a certificate nobody vouches for
 * @param cache how much disk the archives of layers may take between pushes
 */
@ConfigurationProperties("callbacks.images")
record ImageProperties(
        @DefaultValue("") String repository,
        @DefaultValue("") String username,
        @DefaultValue("") String password,
        @DefaultValue("false") boolean insecure,
        @DefaultValue("4GB") DataSize cache) {
    @Override
    public String toString() {
        return "ImageProperties[repository=%s, username=%s]".formatted(repository, username);
    }
}
