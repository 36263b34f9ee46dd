"""Every address of the hub, one row each; tests/web/access.toml says of each who may see it."""

from django.urls import include, path

from upstate.hub.web.pages import account, alive, audit, districts, overview

urlpatterns = [
    # for everyone
    path("alive/", alive.alive, name="alive"),
    path("sign-in/", account.sign_in, name="sign_in"),
    path("sign-out/", account.sign_out, name="sign_out"),
    path("password/forgotten/", account.forgotten, name="password_forgotten"),
    path("password/<uid>/<token>/", account.set_password, name="password_set"),
    path("single-sign-on/", include("allauth.socialaccount.providers.openid_connect.urls")),
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
