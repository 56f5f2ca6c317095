package io.callbacks.service;

import io.callbacks.service.blob.BlobConfiguration;
import io.callbacks.service.event.EventConsumption;
import io.callbacks.service.installation.InstallationConfiguration;
import io.callbacks.service.layer.LayerConfiguration;
import io.callbacks.service.store.StoreConfiguration;
import io.callbacks.service.web.WebConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * All that registry, builder and deployer share. A service imports it, and {@code
 * callbacks-service.yml} in its own configuration file.
 */
@Configuration(proxyBeanMethods = false)
@Import({
    BlobConfiguration.class,
    EventConsumption.class,
    InstallationConfiguration.class,
    LayerConfiguration.class,
    StoreConfiguration.class,
    WebConfiguration.class
})
public class ServiceConfiguration {}
