"""Every address of the hub, one row each; tests/web/access.toml says of each who may see it."""

from django.urls import path

from upstate.hub.web.pages import account, alive, audit, districts, overview, provider

urlpatterns = [
    # for everyone
    path("alive/", alive.alive, name="alive"),
    path("sign-in/", account.sign_in, name="sign_in"),
    path("sign-out/", account.sign_out, name="sign_out"),
    path("password/forgotten/", account.forgotten, name="password_forgotten"),
    path("password/<uid>/<token>/", account.set_password, name="password_set"),
    path("single-sign-on/<provider_id>/login/", provider.login, name="openid_connect_login"),
    path("single-sign-on/<provider_id>/login/callback/", provider.callback, name="openid_connect_callback"),
    # about no one district
    path("", districts.home, name="home"),
    path("districts/", districts.districts, name="districts"),
    path("audit/", audit.audit, name="audit"),
    # of one district
    path("d/<int:district>/", overview.overview, name="overview"),
]

handler400 = "upstate.hub.web.pages.failures.wrong"
handler403 = "upstate.hub.web.pages.failures.not_allowed"
handler404 = "upstate.hub.web.pages.failures.not_there"
handler500 = "upstate.hub.web.pages.failures.broken"
