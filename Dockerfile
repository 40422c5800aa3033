FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Chronology.Service --configuration Release --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
ENV ASPNETCORE_ENVIRONMENT=Production
# The base image's unprivileged user.
USER $APP_UID
EXPOSE 5180
ENTRYPOINT ["dotnet", "Chronology.Service.dll"]
CMD ["serve"]
